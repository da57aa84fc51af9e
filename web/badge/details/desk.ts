import { html, nothing, type TemplateResult } from 'lit';
import { fields } from '../../design/fields.js';
import { ApiError } from '../../shared/api-error.js';
import { newKey } from '../../shared/new-key.js';
import type { Api } from '../../shared/api.js';
import { buttons } from '../../design/buttons.js';
import { rows } from '../../design/rows.js';
import type { View } from '../view.js';
import { speaker, type Words } from '../words.js';
import { Actions, type Attempt, type Proof, type Subject } from './actions.js';
import { offersOf, type Offer } from './offers.js';
import { remarksOf } from './remarks.js';
import { style } from './style.js';
import { panelOf, type Panel } from './panels.js';
import { isDetailWord, type SayDetail } from './words.js';
import { DETAILS_EN } from './words-en.js';

/** What the desk needs of the badge that it belongs to. */
export interface DeskHost {
  readonly api: Api;
  /** What an action would be about now. */
  readonly subject: Subject;
  /** For choosing a notice: the one that is named, if any, and the language that is spoken. */
  readonly notice: string;
  readonly spoken: string;
  /** What is shown. */
  readonly view: View;
  readonly jurisdiction: string;
  readonly renderRoot: HTMLElement | DocumentFragment;
  requestUpdate(): void;
  /** Moves the focus, once what is to have it is there. */
  focusOn(selector: string): void;
}

const FIRST_FIELD = 'form :is(input:not([type=hidden]), select, blockquote, button)';

/** What there is to know and to do besides the state: one form at a time, and what came of it. Forgets everything with the call. */
export class Desk {
  #busy = false;
  #panel: Panel | undefined;
  /** What was done, or went wrong, in words. */
  #done: ((say: SayDetail) => string) | undefined;
  #problem: ((say: SayDetail) => string) | undefined;
  #subject: Subject | undefined;
  #attempt: (Attempt & { readonly what: string }) | undefined;
  /** Of whoever looks; undefined: not known yet. */
  #roles: readonly string[] | undefined;
  /** Once is enough, though the voiceprint may wait for its first use. */
  #enrolled = false;
  /** Answers that belong to another call are not heard. */
  #generation = 0;

  constructor(private readonly host: DeskHost) {
    const { renderRoot } = host;
    for (const { styleSheet } of [rows, buttons, fields, style])
      if (styleSheet && renderRoot instanceof ShadowRoot) renderRoot.adoptedStyleSheets.push(styleSheet);
    void this.#fetchRoles();
  }

  /** Another call. */
  reset(): void {
    this.#generation++;
    this.#panel = this.#subject = this.#attempt = this.#done = this.#problem = undefined;
    this.#busy = this.#enrolled = false;
    void this.#fetchRoles();
  }

  /** Closes what does not fit what is shown any more. */
  sync(): void {
    if (!this.#panel || this.#busy) return;
    const { offer } = this.#panel;
    const { speakerId, decisionId } = this.host.subject;
    const isSame =
      offer === 'override'
        ? this.#subject?.decisionId === decisionId
        : this.#subject?.speakerId === speakerId;
    if (!isSame || !this.#offers.includes(offer)) this.#panel = undefined;
  }

  #press(offer: Offer): void {
    if (this.#panel?.offer === offer) {
      this.#cancel();
      return;
    }
    this.#done = this.#problem = this.#panel = undefined;
    this.#subject = this.host.subject;
    if (offer === 'evaluate') {
      void this.#do(offer, offer, (subject, attempt) => this.#actions.evaluate(subject, attempt));
    } else {
      this.#panel = { offer };
      this.host.requestUpdate();
      if (offer === 'consent') void this.#fetchWording();
      else this.host.focusOn(FIRST_FIELD);
    }
  }

  /** What is remarked and offered, the open form, and what came of the last one. */
  render(words: readonly (Words | undefined)[]): TemplateResult {
    const say = speaker(DETAILS_EN, ...words);
    const offers = this.#offers;
    return html`${remarksOf(this.host.view, say)}
      <div class="row" ?hidden=${offers.length === 0}>
        ${offers.map((offer) => this.#button(offer, say(offer)))}
      </div>
      ${this.#form(say)}
      <p class="small" role="status" ?hidden=${!this.#done}>${this.#done?.(say)}</p>
      <p class="problem" role="alert" ?hidden=${!this.#problem}>${this.#problem?.(say)}</p>`;
  }

  #button(offer: Offer, label: string): TemplateResult {
    return html`<button
      data-offer=${offer}
      aria-expanded=${offer === 'evaluate' ? nothing : String(this.#panel?.offer === offer)}
      ?disabled=${this.#busy}
      @click=${() => {
        this.#press(offer);
      }}
    >
      ${label}
    </button>`;
  }

  #form(say: SayDetail): TemplateResult | typeof nothing {
    if (!this.#panel) return nothing;
    return panelOf({
      panel: this.#panel,
      say,
      busy: this.#busy,
      onSubmit: (event) => {
        this.#submit(event);
      },
      onCancel: () => {
        this.#cancel();
      },
    });
  }

  get #offers(): readonly Offer[] {
    const { view, jurisdiction } = this.host;
    if (!this.#roles) return [];
    return offersOf(view, this.#roles, jurisdiction).filter((offer) => offer !== 'enrol' || !this.#enrolled);
  }

  get #actions(): Actions {
    return new Actions(this.host.api);
  }

  #cancel(): void {
    const offer = this.#panel?.offer;
    this.#panel = this.#problem = undefined;
    this.host.requestUpdate();
    if (offer) this.host.focusOn(`[data-offer=${offer}]`);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const panel = this.#panel;
    if (!panel || !(event.target instanceof HTMLFormElement)) return;
    const data = new FormData(event.target, event.submitter);
    const said = JSON.stringify([panel.offer, ...data.values()]);
    void this.#do(panel.offer, said, (subject, attempt) => this.#act(panel, subject, attempt, data));
  }

  async #act({ offer, wording }: Panel, subject: Subject, attempt: Attempt, data: FormData): Promise<void> {
    const actions = this.#actions;
    const field = (name: string) => {
      const value = data.get(name);
      return typeof value === 'string' ? value : '';
    };
    switch (offer) {
      case 'consent': {
        const purposes = data.getAll('purpose').map(String);
        const granted = { 'consent.yes': purposes, 'consent.no': [] }[field('said')] ?? null;
        if (wording) await actions.consent(subject, attempt, wording, granted);
        return;
      }
      case 'enrol':
        return actions.enrol(subject, attempt, field('proof') as Proof);
      case 'optOut':
        return actions.optOut(subject, attempt);
      case 'override':
        return actions.override(subject, attempt, {
          action: `OVERRIDE_ACTION_${field('action') as 'PROCEEDED'}`,
          reason: `OVERRIDE_REASON_${field('why') as 'OTHER'}`,
          note: field('note'),
        });
    }
  }

  /** Does something once: a repeat after a lost answer is the same attempt. */
  async #do(
    offer: Offer,
    what: string,
    act: (subject: Subject, attempt: Attempt) => Promise<void>,
  ): Promise<void> {
    const subject = this.#subject;
    if (this.#busy || !subject) return;
    const generation = this.#generation;
    // To check again is another check, whatever became of the one before.
    if (offer === 'evaluate' || this.#attempt?.what !== what)
      this.#attempt = { what, idempotencyKey: newKey(), at: new Date().toISOString() };
    this.#busy = true;
    this.#done = this.#problem = undefined;
    this.host.requestUpdate();
    try {
      await act(subject, this.#attempt);
      if (generation !== this.#generation) return;
      this.#panel = this.#attempt = undefined;
      this.#enrolled ||= offer === 'enrol';
      this.#done = (say) => say(`done.${offer}`);
    } catch (error) {
      if (generation !== this.#generation) return;
      const reason = error instanceof ApiError ? error.reason : 'UNKNOWN';
      if (reason !== 'CONNECTION_LOST') this.#attempt = undefined;
      const word = `failed.${reason}`;
      this.#problem = (say) => (isDetailWord(word) ? say(word) : say('failed', { reason }));
    }
    this.#busy = false;
    this.host.requestUpdate();
    this.host.focusOn(this.#panel ? FIRST_FIELD : `[data-offer=${offer}]`);
  }

  async #fetchRoles(): Promise<void> {
    const generation = this.#generation;
    const { roles = [] } = await this.host.api.admin.getPrincipal({}).catch(() => ({ roles: [] }));
    if (generation !== this.#generation) return;
    this.#roles = roles;
    this.host.requestUpdate();
  }

  async #fetchWording(): Promise<void> {
    const generation = this.#generation;
    const { notice, spoken } = this.host;
    const wording = await this.#actions.notice(notice, spoken).catch(() => undefined);
    if (generation !== this.#generation || this.#panel?.offer !== 'consent') return;
    this.#panel = { offer: 'consent', wording: wording ?? null };
    this.host.requestUpdate();
    this.host.focusOn(FIRST_FIELD);
  }
}
