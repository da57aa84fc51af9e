import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Notice } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import type { Field } from '../shell/field.js';
import { Form, type Values } from '../shell/form.js';
import { id } from '../shell/format.js';
import { Page } from '../shell/page.js';
import { goTo, linkTo } from '../shell/router.js';
import { Drafts, type Draft } from './drafts.js';
import { CHANNELS, PURPOSES } from './words.js';

/** A notice that is being written, in this browser; every change is kept as it is made. */
@customElement('v-draft')
export class DraftPage extends Page {
  @state() private draft: Draft | undefined;
  #form: Form | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.draft = this.#store.get(this.#key);
    this.#makeForm();
  }

  get #key(): string {
    return this.params['key'] ?? '';
  }

  get #store(): Drafts {
    return new Drafts(this.session.who?.tenantId ?? '');
  }

  protected override heading(): unknown {
    return this.draft?.noticeId ? html`Draft of ${id(this.draft.noticeId)}` : 'Draft of a notice';
  }

  protected override body(): unknown {
    if (!this.draft || !this.#form)
      return html`<div class="card empty">
        <p>This draft is not in this browser: it was published, thrown away, or written elsewhere.</p>
        <p><a class="button" href=${linkTo('notices')}>Go to the notices</a></p>
      </div>`;
    return html`<p class="quiet">
        Every change is kept in this browser, and nowhere else, until you publish.
      </p>
      <section class="card" aria-label="The draft">${this.#form.render()}</section>`;
  }

  #makeForm(): void {
    const { draft } = this;
    if (!draft) return;
    this.#form = new Form(this, {
      fields: fieldsOf(draft),
      values: valuesOf(draft),
      submit: 'Publish…',
      changed: (values) => {
        this.draft = draftOf(values, draft.wordings.length);
        this.#store.put(this.#key, this.draft);
      },
      aside: () =>
        html`<button type="button" @click=${this.#addWording}>Add a wording</button> ${
            draft.wordings.length > 1
              ? html`<button type="button" @click=${this.#dropWording}>Drop the last wording</button>`
              : nothing
          }`,
      run: (values) => {
        this.#publish(draftOf(values, draft.wordings.length));
        return Promise.resolve();
      },
    });
  }

  readonly #addWording = (): void => {
    this.#change(({ wordings }) => [
      ...wordings,
      { language: '', channel: CHANNELS[0]?.[0] ?? '', text: '' },
    ]);
  };

  readonly #dropWording = (): void => {
    this.#change(({ wordings }) => wordings.slice(0, -1));
  };

  #change(wordings: (draft: Draft) => Draft['wordings']): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, wordings: wordings(this.draft) };
    this.#store.put(this.#key, this.draft);
    this.#makeForm();
  }

  #publish(draft: Draft): void {
    this.dialog.ask({
      heading: 'Publish the notice',
      text: html`<p>
          ${id(draft.noticeId)}, version ${draft.version}, in
          ${draft.wordings.length === 1 ? 'one wording' : `${draft.wordings.length} wordings`}. What is
          published never changes.
        </p>
        ${
          draft.requiresNewConsent
            ? html`<p>
                <strong>People are asked anew.</strong> Earlier consents count for
                ${draft.newConsentGraceDays} more days, and not after that.
              </p>`
            : html`<p>Earlier consents stay as they are.</p>`
        }
        ${bracketsIn(draft)}`,
      fields: [],
      submit: 'Publish',
      done: 'The notice is published.',
      run: async (_, idempotencyKey) => {
        // One by one; the same wording twice changes nothing, so a repeat goes on where it broke off.
        for (const [at, { language, channel, text }] of draft.wordings.entries()) {
          await this.api.consent.publishNotice({
            notice: { ...noticeOf(draft), language, channel: channel as Json<Notice>['channel'], text },
            idempotencyKey: `${idempotencyKey}-${at}`,
          });
        }
        this.#store.remove(this.#key);
        goTo('notices', draft.noticeId, String(draft.version));
      },
    });
  }
}

/** What a template left to fill in. */
function bracketsIn({ controllerEntity, wordings }: Draft): unknown {
  const texts = [controllerEntity, ...wordings.map(({ text }) => text)].join('\n');
  const left = new Set(texts.match(/\[\p{L}[^\]\n]*\]/gu));
  if (left.size === 0) return nothing;
  return html`<div class="notice-box warn"><p>Still to be filled in: ${[...left].join(', ')}.</p></div>`;
}

function noticeOf(draft: Draft): Json<Notice> {
  const { noticeId, version, controllerEntity, retentionDays, purposes, requiresNewConsent } = draft;
  return {
    noticeId,
    version,
    controllerEntity,
    retentionDays,
    purposes: [...purposes] as NonNullable<Json<Notice>['purposes']>,
    requiresNewConsent,
    newConsentGraceDays: requiresNewConsent ? draft.newConsentGraceDays : 0,
  };
}

function fieldsOf({ wordings }: Draft): Field[] {
  const numbered = (at: number) => (wordings.length > 1 ? ` ${at + 1}` : '');
  return [
    {
      name: 'noticeId',
      label: 'Notice id',
      maximumBytes: 256,
      api: 'notice.notice_id',
      hint: 'For example voice. Versions of one notice have one id.',
    },
    { name: 'version', label: 'Version', kind: 'number', minimum: 1, maximum: 1_000_000 },
    {
      name: 'controllerEntity',
      label: 'Controller',
      maximumBytes: 256,
      hint: 'The entity that answers for the data, as the wordings name it.',
    },
    {
      name: 'retentionDays',
      label: 'Kept without use for at most, days',
      kind: 'number',
      minimum: 1,
      maximum: 3650,
      hint: 'As the wordings say it.',
    },
    { name: 'purposes', label: 'What it asks for', kind: 'choices', options: PURPOSES },
    {
      name: 'requiresNewConsent',
      label: 'It differs so much that people must be asked again',
      kind: 'check',
      optional: true,
    },
    {
      name: 'newConsentGraceDays',
      label: 'Earlier consents count for, days',
      kind: 'number',
      minimum: 0,
      maximum: 365,
      when: ({ requiresNewConsent }) => requiresNewConsent === 'yes',
    },
    ...wordings.flatMap((_, at): Field[] => [
      {
        name: `language-${at}`,
        label: `Language${numbered(at)}`,
        hint: 'A BCP 47 tag, for example en or de-CH.',
      },
      {
        name: `channel-${at}`,
        label: `How it reaches people${numbered(at)}`,
        kind: 'select',
        options: CHANNELS,
      },
      {
        name: `text-${at}`,
        label: `Wording${numbered(at)}`,
        kind: 'textarea',
        rows: 10,
        maximumBytes: 65536,
      },
    ]),
  ];
}

function valuesOf(draft: Draft): Values {
  return {
    noticeId: draft.noticeId,
    version: String(draft.version),
    controllerEntity: draft.controllerEntity,
    retentionDays: String(draft.retentionDays),
    purposes: draft.purposes.join(' '),
    requiresNewConsent: draft.requiresNewConsent ? 'yes' : '',
    newConsentGraceDays: String(draft.newConsentGraceDays),
    ...Object.fromEntries(
      draft.wordings.flatMap(({ language, channel, text }, at) => [
        [`language-${at}`, language],
        [`channel-${at}`, channel],
        [`text-${at}`, text],
      ]),
    ),
  };
}

function draftOf(values: Readonly<Values>, wordings: number): Draft {
  const text = (name: string) => values[name] ?? '';
  return {
    noticeId: text('noticeId').trim(),
    version: Number(text('version')),
    controllerEntity: text('controllerEntity').trim(),
    retentionDays: Number(text('retentionDays')),
    purposes: text('purposes').split(' ').filter(Boolean),
    requiresNewConsent: text('requiresNewConsent') === 'yes',
    newConsentGraceDays: Number(text('newConsentGraceDays')),
    wordings: Array.from({ length: wordings }, (_, at) => ({
      language: text(`language-${at}`).trim(),
      channel: text(`channel-${at}`),
      text: text(`text-${at}`),
    })),
    changedAt: new Date().toISOString(),
  };
}
