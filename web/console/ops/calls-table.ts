import { html } from 'lit';
import type { CallSummary } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import { id, tag } from '../shell/format.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { age, kindTag, kindWords, reasonWords, sourceWords, stateWords } from './words.js';
import { wide } from './wide.js';

type Call = Json<CallSummary>;

/** Calls, each with a link to all that is known of it. */
export function callsTable(calls: readonly Call[]): unknown {
  return wide(
    'Calls',
    table<Call>(
      'Calls, those that began last first',
      [
        {
          head: 'Call',
          cell: ({ callId = '' }) => html`<a href=${linkTo('calls', callId)}>${id(callId)}</a>`,
        },
        { head: 'State', cell: state },
        { head: 'Began', cell: ({ createdAt }) => html`${age(createdAt)} ago` },
        { head: 'Source', cell: ({ source }) => sourceWords(source) },
        { head: 'Decision', cell: decision },
        { head: 'Audio', cell: problems },
        { head: 'Agent', cell: ({ agentId }) => (agentId ? id(agentId) : '–') },
      ],
      calls,
      ({ callId = '' }) => callId,
    ),
  );
}

function state({ state: how, paused, shadow }: Call): unknown {
  const live = how === 'CALL_STATE_LIVE';
  return html`<span class="tags"
    >${tag(stateWords(how), live ? 'good' : '')}${paused && how !== 'CALL_STATE_ENDED' ? tag('Paused', 'warn') : ''}${
      shadow ? tag('Shadow') : ''
    }</span
  >`;
}

function decision({ decision: found }: Call): unknown {
  if (!found) return html`<span class="quiet">None yet</span>`;
  const sure = found.confidence === undefined ? '' : `, confidence ${Math.round(found.confidence)}`;
  return html`${tag(kindWords(found.kind), kindTag(found.kind))}
    <span class="small quiet">${((found.netSpeechMs ?? 0) / 1000).toFixed(1)} s of speech${sure}</span>`;
}

function problems({ qualityProblems = [] }: Call): unknown {
  if (qualityProblems.length === 0) return '–';
  return html`<span class="tags"
    >${qualityProblems.map((problem) => tag(reasonWords(problem), 'warn'))}</span
  >`;
}
