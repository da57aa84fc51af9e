import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { CallSummary } from '../../../src/gen/vouch/v1/operations.js';
import type { Json } from '../../shared/json.js';
import { askAdapt } from '../ops/call-questions.js';
import { kindTag, kindWords, stateWords } from '../ops/words.js';
import { id, moment, tag } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { SpeakerPart } from './speaker-part.js';

type Call = Json<CallSummary>;

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

  #table(calls: readonly Call[]): unknown {
    return table<Call>(
      'Calls in which this person was claimed, the last first',
      [
        { head: 'Began', cell: ({ startedAt, createdAt }) => moment(startedAt ?? createdAt) },
        {
          head: 'Call',
          cell: ({ callId = '' }) => html`<a href=${linkTo('calls', callId)}>${id(callId)}</a>`,
        },
        { head: 'State', cell: ({ state }) => stateWords(state) },
        { head: 'Decided last', cell: ({ decision }) => decisionTag(decision) },
        { head: 'Agent', cell: ({ agentId }) => (agentId ? id(agentId) : nothing) },
        ...(this.session.may('ADMINISTRATOR', 'SUPERVISOR') && calls.some(mayLearn)
          ? [{ head: 'Actions', cell: this.#learn }]
          : []),
      ],
      calls,
    );
  }

  readonly #learn = (call: Call): unknown => {
    const { callId = '' } = call;
    if (!mayLearn(call)) return nothing;
    return html`<button
      aria-label="Learn from call ${callId}"
      @click=${() => {
        this.dialog.ask(
          askAdapt(this.api, callId, this.speakerId, () => {
            this.changed();
          }),
        );
      }}
    >
      Learn…
    </button>`;
  };
}

/** Whether a voiceprint may learn from the call, as far as can be told here. */
function mayLearn({ state, decision }: Call): boolean {
  return (
    state === 'CALL_STATE_LIVE' &&
    decision?.kind === 'DECISION_KIND_ACCEPT' &&
    decision.finality === 'FINALITY_FINAL'
  );
}

function decisionTag(decision: Call['decision']): unknown {
  return decision?.kind === undefined ? 'Nothing yet' : tag(kindWords(decision.kind), kindTag(decision.kind));
}
