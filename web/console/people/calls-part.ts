import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { CallSummary } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import { id, moment, plain, tag } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { SpeakerPart } from './speaker-part.js';

/** The calls in which a person was claimed, and what was decided last in each. */
@customElement('v-speaker-calls')
export class CallsPart extends SpeakerPart {
  protected readonly load = new Paged(this, async (pageToken, signal) => {
    const { calls, nextPageToken } = await this.api.admin.listCalls(
      { speakerId: this.speakerId, pageSize: 50, pageToken },
      signal,
    );
    return { items: calls, next: nextPageToken };
  });

  protected override body(): unknown {
    return html`<section class="card stack" aria-labelledby="calls">
      <h2 id="calls">Calls and decisions</h2>
      ${this.load.render((calls) =>
        calls.length === 0
          ? html`<p class="quiet">This person was claimed in no call that is still kept.</p>`
          : html`${this.#table(calls)}${this.load.renderMore()}`,
      )}
    </section>`;
  }

  #table(calls: readonly Json<CallSummary>[]): unknown {
    return table<Json<CallSummary>>(
      'Calls in which this person was claimed, the last first',
      [
        { head: 'Began', cell: ({ startedAt, createdAt }) => moment(startedAt ?? createdAt) },
        {
          head: 'Call',
          cell: ({ callId = '' }) => html`<a href=${linkTo('calls', callId)}>${id(callId)}</a>`,
        },
        { head: 'State', cell: ({ state }) => plain(state, 'CALL_STATE_') },
        { head: 'Decided last', cell: ({ decision }) => decisionTag(decision) },
        { head: 'Agent', cell: ({ agentId }) => (agentId ? id(agentId) : nothing) },
      ],
      calls,
    );
  }
}

function decisionTag(decision: Json<CallSummary>['decision']): unknown {
  const kind = decision?.kind;
  if (kind === undefined) return 'Nothing yet';
  const word = plain(kind, 'DECISION_KIND_');
  if (kind === 'DECISION_KIND_ACCEPT') return tag(word, 'good');
  return tag(word, kind === 'DECISION_KIND_REJECT' ? 'bad' : '');
}
