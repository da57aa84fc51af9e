import { css, html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ConsentEvent } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import { id, moment, plain, tag } from '../shell/format.js';
import { Paged } from '../shell/load.js';
import { Part } from '../shell/part.js';
import { linkTo } from '../shell/router.js';
import { facts } from '../shell/table.js';
import { SpeakerPart, unlessUnknown } from './speaker-part.js';
import { purposeWord, stateWord, VALUES } from './words.js';

type Event = Json<ConsentEvent>;

/** What was recorded of a person's consent and states, oldest first. */
@customElement('v-timeline')
export class TimelinePart extends SpeakerPart {
  static override styles: CSSResultGroup = [
    Part.styles,
    css`
      ol {
        list-style: none;
        margin: 0;
        padding: 0 0 0 var(--vouch-space-4);
        border-inline-start: 2px solid var(--vouch-line-strong);
        display: grid;
        gap: var(--vouch-space-4);
      }
      li {
        position: relative;
        min-width: 0;
      }
      li::before {
        content: '';
        position: absolute;
        inset-inline-start: calc(-1 * var(--vouch-space-4) - 7px);
        top: 0.4rem;
        width: 12px;
        height: 12px;
        border-radius: 50%;
        background: var(--vouch-surface);
        border: 3px solid var(--vouch-accent);
      }
      h3 {
        margin: 0;
      }
      li p {
        margin: var(--vouch-space-1) 0;
      }
      summary {
        cursor: pointer;
        min-height: 1.5rem;
        color: var(--vouch-accent);
      }
      .facts {
        margin-top: var(--vouch-space-2);
      }
    `,
  ];

  protected readonly load = new Paged(this, async (pageToken, signal) => {
    const request = { speakerId: this.speakerId, pageSize: 50, pageToken };
    const page = await unlessUnknown(this.api.consent.listConsentEvents(request, signal), null);
    return { items: page?.events, next: page?.nextPageToken };
  });

  protected override body(): unknown {
    return html`<section class="card stack" aria-labelledby="history">
      <h2 id="history">Consent history</h2>
      ${this.load.render((events) =>
        events.length === 0
          ? html`<p class="quiet">
              Nothing was recorded. The first entry is what the person says to a notice.
            </p>`
          : html`<ol>
                ${events.map((event) => this.#event(event))}
              </ol>
              ${this.load.renderMore()}`,
      )}
    </section>`;
  }

  #event(event: Event): unknown {
    const { recordedAt, actorId, actorRole, retroactive, onBehalfOf } = event;
    return html`<li>
      <h3>${headline(event)}</h3>
      <p class="quiet small">
        ${moment(recordedAt)}, by ${id(actorId)}
        (${plain(actorRole, 'ROLE_')})${onBehalfOf ? html`, on behalf of ${id(onBehalfOf)}` : nothing}
        ${retroactive ? tag('Entered late', 'warn') : nothing}
      </p>
      ${said(event)}
      <details>
        <summary>Everything that was recorded</summary>
        ${facts(detailsOf(event))}
      </details>
    </li>`;
  }
}

function headline({ type, state, liftsOptOut, purposes = [] }: Event): string {
  switch (type) {
    case 'CONSENT_EVENT_TYPE_CONSENT_RECORDED':
      if (liftsOptOut) return 'Opted in again';
      return purposes.some(({ value }) => value === 'CONSENT_VALUE_GRANTED') ? 'Consented' : 'Answered';
    case 'CONSENT_EVENT_TYPE_CONSENT_WITHDRAWN':
      return 'Withdrew consent';
    case 'CONSENT_EVENT_TYPE_OPTED_OUT':
      return 'Opted out';
    case 'CONSENT_EVENT_TYPE_SPEAKER_STATE_SET':
      return `Set: ${stateWord(state)}`;
    case 'CONSENT_EVENT_TYPE_SPEAKER_STATE_LIFTED':
      return `Lifted: ${stateWord(state)}`;
    default:
      return 'Event';
  }
}

function said({ type, purposes = [], voiceprintsErased = 0, voiceprintsKept = 0 }: Event): unknown {
  const withdrawn = type === 'CONSENT_EVENT_TYPE_CONSENT_WITHDRAWN';
  const words = purposes
    .map(({ purpose, value = '' }) => `${purposeWord(purpose)}: ${withdrawn ? 'taken back' : VALUES[value]}`)
    .join(' · ');
  return html`${words === '' ? nothing : html`<p>${words}</p>`}
  ${voiceprintsErased > 0 ? html`<p>Voiceprints erased with it: ${voiceprintsErased}</p>` : nothing}
  ${voiceprintsKept > 0 ? html`<p>Voiceprints kept by a legal hold: ${voiceprintsKept}</p>` : nothing}`;
}

/** All that an event has, in words; what it does not have is left out. */
function detailsOf(event: Event): (readonly [string, unknown])[] {
  const { notice, evidence, proofing, callId, mediaTimeMs } = event;
  const all: readonly (readonly [string, unknown])[] = [
    ['Said', moment(event.occurredAt)],
    ['Entered', moment(event.recordedAt)],
    [
      'Notice',
      notice
        ? html`<a href=${linkTo('notices', notice.noticeId ?? '', String(notice.version))}
              >${id(notice.noticeId)}, version ${notice.version}</a
            >
            (${notice.language})`
        : '',
    ],
    [
      'Ground',
      event.ground === 'PROCESSING_GROUND_UNSPECIFIED' ? '' : plain(event.ground, 'PROCESSING_GROUND_'),
    ],
    ['Controller', event.controllerEntity],
    ['Law', event.jurisdiction],
    ['Signed', known(event.signatureMethod, 'SIGNATURE_METHOD_')],
    ['Capacity', known(event.capacity, 'CAPACITY_')],
    ['Ends by itself', event.expiresAt ? moment(event.expiresAt) : ''],
    ['Not to be asked before', event.doNotAskBefore ? moment(event.doNotAskBefore) : ''],
    [
      'Evidence',
      evidence?.type
        ? html`${evidence.type}${evidence.reference ? html`: ${id(evidence.reference)}` : nothing}`
        : '',
    ],
    [
      'Call',
      callId ? html`${id(callId)}${mediaTimeMs ? `, at ${(mediaTimeMs / 1000).toFixed(0)} s` : ''}` : '',
    ],
    ['Identity proved by', proofing?.method ? html`${proofing.method}, ${id(proofing.reference)}` : ''],
    ['File number', event.reference],
    ['Event', html`<code>${event.eventId}</code>`],
    ['Place in the audit trail', event.chainPosition],
  ];
  return all.filter(([, value]) => value !== undefined && value !== '');
}

function known(word: string | undefined, prefix: string): string {
  const text = plain(word, prefix);
  return text === '–' ? '' : text;
}
