import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ClaimResult, Decision } from '../../../src/gen/vouch/v1/decision.js';
import type { Outcome } from '../../../src/gen/vouch/v1/verification.js';
import type { Json } from '../../shared/json.js';
import { id, moment, plain, seconds, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { percent } from '../plots/scale.js';
import { opsStyles } from './styles.js';
import { kindTag, kindWords, reasonWords, stateWords } from './words.js';

const OUTCOMES = [
  ['OUTCOME_GENUINE_CONFIRMED', 'It was the claimed person, for certain'],
  ['OUTCOME_FRAUD_CONFIRMED', 'It was not, for certain'],
  ['OUTCOME_QUESTIONS_PASSED', 'The questions were answered rightly'],
  ['OUTCOME_QUESTIONS_FAILED', 'The questions were not answered rightly'],
] as const;

/** All that is known of a call and its newest decision. */
@customElement('v-call')
export class CallPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  readonly #call = new Load(this, (signal) =>
    this.api.verification.getCall({ callId: this.params['id'] ?? '' }, signal),
  );

  protected override heading(): unknown {
    return html`Call ${id(this.params['id'])}`;
  }

  protected override body(): unknown {
    return this.#call.render(
      ({ state, paused, startedAt, endedAt, conversationId, legId, shadow, decision }) =>
        html`<section class="card stack" aria-labelledby="call">
            <div class="spread">
              <h2 id="call">The call</h2>
              <button @click=${() => void this.#call.reload()}>Read again</button>
            </div>
            ${facts([
              [
                'State',
                html`${tag(stateWords(state), state === 'CALL_STATE_LIVE' ? 'good' : '')}${paused ? tag('Paused', 'warn') : ''}`,
              ],
              ['Began', moment(startedAt)],
              ['Ended', moment(endedAt)],
              ['Conversation', conversationId ? id(conversationId) : '–'],
              ['Leg', legId ? id(legId) : '–'],
              ['Shadow mode', shadow ? 'Yes: agents are shown no decision' : 'No'],
            ])}
          </section>
          ${
            decision
              ? this.#decision(decision)
              : html`<section class="card">
                  <div class="empty">
                    <p>There is no decision yet.</p>
                    <p class="quiet">
                      The first comes with enough speech of a claimed speaker. Read again in a few seconds.
                    </p>
                  </div>
                </section>`
          }`,
    );
  }

  #askOutcome(decisionId: string | undefined): void {
    this.dialog.ask({
      heading: 'What turned out to be true?',
      text: html`<p>
        Confirmed calls are what a calibration for your own calls is fitted to, and what its rates are
        measured on. What is certain counts before answers to questions.
      </p>`,
      fields: [
        {
          name: 'outcome',
          label: 'It turned out that',
          kind: 'select',
          options: OUTCOMES,
          initial: OUTCOMES[0][0],
        },
      ],
      submit: 'Record it',
      done: 'It is recorded beside the decision.',
      run: async ({ outcome }, idempotencyKey) => {
        await this.api.verification.reportOutcome({
          decisionId,
          outcome: outcome as Json<Outcome>,
          idempotencyKey,
        });
      },
    });
  }

  #decision(decision: Json<Decision>): unknown {
    const {
      kind,
      finality,
      confidence,
      claims = [],
      reasons = [],
      nextAction,
      statedFalseMatchRate: rate,
    } = decision;
    return html`<section class="card stack" aria-labelledby="decision">
        <h2 id="decision">The newest decision</h2>
        ${facts([
          [
            'Decision',
            html`${tag(kindWords(kind), kindTag(kind))} ${plain(finality, 'FINALITY_').toLowerCase()}`,
          ],
          [
            'Confidence',
            confidence === undefined
              ? plain(decision.confidenceBand, 'CONFIDENCE_BAND_')
              : `${confidence.toFixed(1)} of 100`,
          ],
          [
            'Log-likelihood ratio',
            decision.llr === undefined
              ? '–'
              : `${decision.llr.toFixed(2)}${decision.llrClipped ? ', at the bounds of what was measured' : ''}`,
          ],
          ['Rests on', `${seconds(decision.netSpeechMs)} of speech`],
          ['Why', reasons.length === 0 ? '–' : reasons.map(reasonWords).join(', ')],
          ['What to do', plain(nextAction, 'NEXT_ACTION_')],
          ['Taken', moment(decision.decidedAt)],
          ['Holds until', moment(decision.holdsUntil)],
          [
            'False matches, as measured',
            rate
              ? `${percent(rate.rate)} (${percent(rate.low)} to ${percent(rate.high)}; ${(rate.impostorTrials ?? 0).toLocaleString('en-GB')} trials of ${rate.speakers} speakers)`
              : '–',
          ],
          ['Policy', reference(decision.policy, 'policies')],
          ['Calibration', reference(decision.calibration)],
        ])}
        ${
          this.session.may('SUPERVISOR', 'ADMINISTRATOR')
            ? html`<p>
                <button
                  @click=${() => {
                    this.#askOutcome(decision.decisionId);
                  }}
                >
                  Tell what turned out…
                </button>
              </p>`
            : nothing
        }
      </section>
      ${
        claims.length === 0
          ? nothing
          : html`<section class="card stack" aria-labelledby="claims">
              <h2 id="claims">Who was claimed</h2>
              ${table<Json<ClaimResult>>(
                'Claimed speakers',
                [
                  {
                    head: 'Speaker',
                    cell: ({ speakerId }) =>
                      speakerId
                        ? html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>`
                        : html`<span class="quiet">Erased, or never known</span>`,
                  },
                  { head: 'Decision', cell: ({ kind: each }) => tag(kindWords(each), kindTag(each)) },
                  {
                    head: 'Confidence',
                    number: true,
                    cell: ({ confidence: sure }) => sure?.toFixed(1) ?? '–',
                  },
                  {
                    head: 'Voiceprint',
                    cell: ({ voiceprintLabel, voiceprintVersion }) =>
                      voiceprintVersion ? html`${id(voiceprintLabel)} version ${voiceprintVersion}` : '–',
                  },
                  {
                    head: 'Why',
                    cell: ({ reasons: why = [] }) =>
                      why.length === 0 ? '–' : why.map(reasonWords).join(', '),
                  },
                ],
                claims,
              )}
            </section>`
      }`;
  }
}

interface Reference {
  readonly id?: string | undefined;
  readonly version?: number | undefined;
}

function reference(of: Reference | undefined, page?: string): unknown {
  if (!of?.id) return '–';
  const name = page ? html`<a href=${linkTo(page, of.id)}>${id(of.id)}</a>` : id(of.id);
  return html`${name} version ${of.version}`;
}
