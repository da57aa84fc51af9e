import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Voiceprint } from '../../../src/gen/vouch/v1/enrolment.js';
import type { Json } from '../../shared/json.js';
import { day, seconds } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { linkTo } from '../shell/router.js';
import { table } from '../shell/table.js';
import { APPROVERS, ENROLLERS } from './roles.js';
import { SpeakerPart } from './speaker-part.js';
import { statusTag } from './voiceprint-status.js';

type Print = Json<Voiceprint>;

/** The voiceprints of a person: where each stands, what it was made from, and what may be done with it. */
@customElement('v-voiceprints')
export class VoiceprintsPart extends SpeakerPart {
  protected readonly load = new Load(this, async (signal) => {
    const { voiceprints = [] } = await this.api.enrolment.listVoiceprints(
      { speakerId: this.speakerId },
      signal,
    );
    return voiceprints;
  });

  protected override body(): unknown {
    return html`<section class="card stack" aria-labelledby="voiceprints">
      <div class="spread">
        <h2 id="voiceprints">Voiceprints</h2>
        ${
          this.session.may(...ENROLLERS)
            ? html`<a class="button" href="${linkTo('enrol')}?speaker=${encodeURIComponent(this.speakerId)}"
                >Enrol…</a
              >`
            : nothing
        }
      </div>
      ${this.load.render((voiceprints) =>
        voiceprints.length === 0
          ? html`<p class="quiet">
              There is none. With a consent to Verify in force, one can be made from a recording, or during a
              call.
            </p>`
          : this.#table(voiceprints),
      )}
    </section>`;
  }

  #table(voiceprints: readonly Print[]): unknown {
    return table<Print>(
      'Voiceprints by label and version',
      [
        {
          head: 'Label',
          cell: ({ label, version }) => html`<bdi class="id">${label}</bdi>, version ${version}`,
        },
        { head: 'Status', cell: statusTag },
        { head: 'Speech', cell: ({ netSpeechMs }) => seconds(netSpeechMs) },
        {
          head: 'Made',
          cell: (print) =>
            html`${day(print.createdAt)}<br /><span class="small quiet"
                >${madeFrom(print, voiceprints)}</span
              >`,
        },
        ...(this.session.may(...APPROVERS)
          ? [{ head: 'Actions', cell: (print: Print) => this.#actions(print) }]
          : []),
      ],
      voiceprints,
    );
  }

  #actions(print: Print): unknown {
    const { status, usableFrom, adaptedFromVoiceprintId } = print;
    const button = (word: string, ask: (print: Print) => void, kind = '') =>
      html`<button
        class=${kind}
        aria-label="${word} ${print.label ?? ''}, version ${print.version ?? 0}"
        @click=${() => {
          ask(print);
        }}
      >
        ${word}…
      </button>`;
    return html`<div class="row">
      ${
        status === 'VOICEPRINT_STATUS_PENDING' && usableFrom === undefined
          ? html`${button('Approve', this.#approve)}${button('Reject', this.#reject)}`
          : nothing
      }
      ${
        status === 'VOICEPRINT_STATUS_ACTIVE' && adaptedFromVoiceprintId
          ? button('Roll back', this.#rollBack)
          : nothing
      }
      ${button('Delete', this.#delete, 'danger')}
    </div>`;
  }

  readonly #approve = (print: Print): void => {
    this.#ask(print, {
      heading: 'Approve the voiceprint',
      text: 'It may be used once its waiting period is over. Whoever enrolled it may not approve it.',
      submit: 'Approve',
      done: 'The voiceprint is approved.',
      run: (request) => this.api.enrolment.approveVoiceprint(request),
    });
  };

  readonly #reject = (print: Print): void => {
    this.#ask(print, {
      heading: 'Reject the voiceprint',
      text: 'It is destroyed. The person can be enrolled anew.',
      submit: 'Reject',
      danger: true,
      done: 'The voiceprint is rejected and destroyed.',
      run: (request) => this.api.enrolment.rejectVoiceprint(request),
    });
  };

  readonly #rollBack = (print: Print): void => {
    this.#ask(print, {
      heading: 'Roll the voiceprint back',
      text: 'This version, which learnt from a call, is destroyed, and the one before it is in use again.',
      submit: 'Roll back',
      danger: true,
      done: 'The version before is in use again.',
      run: (request) => this.api.enrolment.rollBackVoiceprint(request),
    });
  };

  readonly #delete = (print: Print): void => {
    this.#ask(print, {
      heading: 'Delete the voiceprint',
      text: 'It is destroyed, and calls are not compared with it any more. The consent stays.',
      submit: 'Delete',
      danger: true,
      done: 'The voiceprint is deleted.',
      run: (request) => this.api.enrolment.deleteVoiceprint(request),
    });
  };

  #ask(
    { voiceprintId = '', label, version }: Print,
    {
      text,
      run,
      ...question
    }: {
      heading: string;
      text: string;
      submit: string;
      danger?: boolean;
      done: string;
      run: (request: { voiceprintId: string; idempotencyKey: string }) => Promise<unknown>;
    },
  ): void {
    this.dialog.ask({
      ...question,
      fields: [],
      text: html`<p><bdi class="id">${label}</bdi>, version ${version}. ${text}</p>`,
      run: async (_, idempotencyKey) => {
        await run({ voiceprintId, idempotencyKey });
        this.changed();
      },
    });
  }
}

/** Where it came from: its lineage in a sentence. */
function madeFrom(
  { source, adaptedFromVoiceprintId, callId, proofing }: Print,
  all: readonly Print[],
): unknown {
  const proof = proofing?.method ? html`; identity: <bdi>${proofing.method}</bdi>` : nothing;
  if (adaptedFromVoiceprintId) {
    const before = all.find(({ voiceprintId }) => voiceprintId === adaptedFromVoiceprintId);
    return html`from ${before ? `version ${before.version ?? 0}` : 'a version that is gone'} and call
      <bdi class="id">${callId}</bdi>`;
  }
  if (source === 'VOICEPRINT_SOURCE_CALL') return html`from call <bdi class="id">${callId}</bdi>${proof}`;
  return html`from a recording${proof}`;
}
