import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ClaimResult, Decision } from '../../../src/gen/vouch/v1/decision.js';
import type { GetCallResponse } from '../../../src/gen/vouch/v1/verification.js';
import type { Json } from '../../shared/json.js';
import { newKey } from '../../shared/new-key.js';
import type { Question } from '../shell/dialog.js';
import { errorBox } from '../shell/error-box.js';
import { id, moment, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { facts } from '../shell/table.js';
import { askAdapt, askOutcome, askOverride, askPause } from './call-questions.js';
import { claimsTable, decisionFacts } from './decision-view.js';
import { opsStyles } from './styles.js';
import { stateWords } from './words.js';

type Call = Json<GetCallResponse>;

/** All that is known of a call and its newest decision, and what may be done about it. */
@customElement('v-call')
export class CallPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #evaluated: Json<Decision> | undefined;
  #evaluationError: unknown;
  #evaluating = false;
  /** Kept until an answer came: what is asked again counts as one look. */
  #evaluationKey = newKey();
  /** Whose voiceprint learnt from the call just now. */
  #learnt: string | undefined;

  readonly #call = new Load(this, (signal) => this.api.verification.getCall({ callId: this.#id }, signal));

  get #id(): string {
    return this.params['id'] ?? '';
  }

  get #mayAct(): boolean {
    return this.session.may('SUPERVISOR', 'ADMINISTRATOR');
  }

  protected override heading(): unknown {
    return html`Call ${id(this.#id)}`;
  }

  protected override body(): unknown {
    return this.#call.render(
      (call) =>
        html`${this.#about(call)} ${call.decision ? this.#decision(call, call.decision) : undecided(call)}`,
    );
  }

  #about({ state, paused, startedAt, endedAt, conversationId, legId, shadow }: Call): unknown {
    const live = state === 'CALL_STATE_LIVE';
    const toPause = this.#mayAct && state !== 'CALL_STATE_ENDED';
    return html`<section class="card stack" aria-labelledby="call">
      <div class="spread">
        <h2 id="call">The call</h2>
        <div class="row">
          <button @click=${() => void this.#call.reload()}>Read again</button>
          ${
            toPause
              ? this.#button(paused ? 'Listen again…' : 'Pause listening…', () =>
                  askPause(this.api, this.#id, paused ?? false, () => this.#call.reload()),
                )
              : nothing
          }
          ${
            this.#mayAct && live
              ? html`<button
                  aria-disabled=${this.#evaluating ? 'true' : nothing}
                  @click=${() => void this.#evaluate()}
                >
                  ${this.#evaluating ? 'Please wait…' : 'Decide as of now'}
                </button>`
              : nothing
          }
        </div>
      </div>
      ${facts([
        ['State', html`${tag(stateWords(state), live ? 'good' : '')}${paused ? tag('Paused', 'warn') : ''}`],
        ['Began', moment(startedAt)],
        ['Ended', moment(endedAt)],
        ['Conversation', conversationId ? id(conversationId) : '–'],
        ['Leg', legId ? id(legId) : '–'],
        ['Shadow mode', shadow ? 'Yes: agents are shown no decision' : 'No'],
      ])}
      ${this.#asOfNow()}
    </section>`;
  }

  #button(words: string, question: () => Question): unknown {
    return html`<button
      @click=${() => {
        this.dialog.ask(question());
      }}
    >
      ${words}
    </button>`;
  }

  async #evaluate(): Promise<void> {
    if (this.#evaluating) return;
    this.#evaluating = true;
    this.#evaluationError = undefined;
    this.requestUpdate();
    try {
      const request = { callId: this.#id, idempotencyKey: this.#evaluationKey };
      this.#evaluated = (await this.api.verification.evaluateCall(request)).decision;
      this.#evaluationKey = newKey();
    } catch (error) {
      this.#evaluationError = error;
    }
    this.#evaluating = false;
    this.requestUpdate();
  }

  #asOfNow(): unknown {
    const shown = this.#evaluated ?? this.#evaluationError;
    return html`<div role="status" class=${shown === undefined ? 'visually-hidden' : ''}>
      ${this.#evaluationError === undefined ? nothing : errorBox(this.#evaluationError)}
      ${
        this.#evaluated
          ? html`<div class="stack">
              <h3>As of ${moment(this.#evaluated.decidedAt)}</h3>
              <p class="quiet">Asked for here. It replaces nothing: the call’s own decision stands.</p>
              ${decisionFacts(this.#evaluated)}
            </div>`
          : nothing
      }
    </div>`;
  }

  #decision(call: Call, decision: Json<Decision>): unknown {
    const { decisionId, claims = [] } = decision;
    return html`<section class="card stack" aria-labelledby="decision">
        <h2 id="decision">The newest decision</h2>
        ${decisionFacts(decision)}
        ${
          this.#mayAct
            ? html`<div class="row">
                ${this.#button('Tell what turned out…', () => askOutcome(this.api, decisionId))}
                ${this.#button('Somebody did otherwise…', () => askOverride(this.api, this.#id, decisionId))}
              </div>`
            : nothing
        }
      </section>
      ${
        claims.length === 0
          ? nothing
          : html`<section class="card stack" aria-labelledby="claims">
              <h2 id="claims">Who was claimed</h2>
              ${claimsTable(claims, this.#mayAct && mayLearn(call) ? [{ head: 'Actions', cell: this.#learn }] : [])}
              <div role="status" class=${this.#learnt === undefined ? 'visually-hidden' : ''}>
                ${this.#learnt === undefined ? nothing : learnt(this.#learnt)}
              </div>
            </section>`
      }`;
  }

  readonly #learn = ({ kind, speakerId }: Json<ClaimResult>): unknown =>
    kind === 'DECISION_KIND_ACCEPT' && speakerId
      ? this.#button('Learn from this call…', () =>
          askAdapt(this.api, this.#id, speakerId, () => {
            this.#learnt = speakerId;
            this.requestUpdate();
          }),
        )
      : nothing;
}

/** Whether a voiceprint may learn from the call, as far as can be told here. */
function mayLearn({ state, decision }: Call): boolean {
  return state === 'CALL_STATE_LIVE' && decision?.finality === 'FINALITY_FINAL';
}

function learnt(speakerId: string): unknown {
  return html`<div class="notice-box good">
    <p>
      The next version is in use.
      <a href=${linkTo('speakers', speakerId)}>See the voiceprints of ${id(speakerId)}</a>, where it can be
      rolled back.
    </p>
  </div>`;
}

function undecided({ state }: Call): unknown {
  const ended = state === 'CALL_STATE_ENDED';
  return html`<section class="card">
    <div class="empty">
      <p>${ended ? 'No decision was taken.' : 'There is no decision yet.'}</p>
      <p class="quiet">
        ${
          ended
            ? 'The call ended before there was enough speech of a claimed speaker.'
            : 'The first comes with enough speech of a claimed speaker. Read again in a few seconds.'
        }
      </p>
    </div>
  </section>`;
}
