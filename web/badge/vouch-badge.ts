import { LitElement, nothing, type PropertyValues } from 'lit';
import { essentials } from '../design/essentials.js';
import { tokens } from '../design/tokens.js';
import { createApi, type Api, type ApiOptions } from '../shared/api.js';
import { identityHeaders, type Identity } from '../shared/sign-in.js';
import { Announcer, type Announcement } from './announcer.js';
import type { Subject } from './details/actions.js';
import type { Desk, DeskHost } from './details/desk.js';
import { Language } from './language.js';
import type { Outbound } from './outbound/outbound.js';
import { badgeOf } from './render.js';
import { reduce, START, type BadgeState, type Input } from './state.js';
import { style } from './style.js';
import { viewOf, type View } from './view.js';
import { followCall } from './watch.js';
import { instructionOf, type Words } from './words.js';

/** How often time alone is looked at: a result lapses, a connection falls silent. */
const TICK_MS = 1000;
const QUIET: Announcement = { polite: '', assertive: '' };

/**
 * What the service says of the caller of a call, for agents: docs/badge.md. Tells the page of every change by the event
 * `vouch-state`, with `detail` {callId, state}; the attribute `state` says the same.
 */
export class VouchBadge extends LitElement implements DeskHost {
  static override readonly styles = [tokens, essentials, style];
  static override readonly properties = {
    callId: { attribute: 'call-id' },
    speakerId: { attribute: 'speaker-id' },
    service: {},
    lang: {},
    spoken: {},
    notice: {},
    jurisdiction: {},
    evidence: {},
    token: { attribute: false },
    identity: { attribute: false },
    words: { attribute: false },
  };

  /** The call to watch; empty: none. Another one drops at once whatever was known of the one before. */
  declare callId: string;
  /** The customer that the page has open, where the service does not know whom the call claims yet; may be empty. */
  declare speakerId: string;
  /** Where the service is, without a slash at the end; empty: where the page came from. */
  declare service: string;
  /** The language that the caller speaks, for the notice; empty: that of the badge. */
  declare spoken: string;
  /** The id of the notice to read; empty: the latest one. */
  declare notice: string;
  /** Whose law consent is recorded under, for example `EU`; empty: the badge records none. */
  declare jurisdiction: string;
  /** The page's own reference to where the call is recorded; empty: the call's id. */
  declare evidence: string;
  /** A bearer token, or who gives one before every request. */
  declare token: string | (() => string | Promise<string>);
  /** Instead of a token, where the service authenticates nobody. */
  declare identity: Partial<Identity>;
  /** Texts of the page's own instead of some of these. */
  declare words: Words;

  #state: BadgeState = START;
  view: View = viewOf(START, 0);
  #stop = new AbortController();
  #outbound: Outbound | undefined;
  #announcement = QUIET;
  readonly #announcer = new Announcer();
  /** Fetched when there is something to be done. */
  #desk: Desk | undefined;
  readonly #language = new Language(this);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.callId =
      this.speakerId =
      this.service =
      this.spoken =
      this.notice =
      this.jurisdiction =
      this.evidence =
        '';
    this.token = '';
    this.identity = {};
    this.words = {};
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      this.#look();
      this.#heardOutbound().catch(() => undefined);
    }, TICK_MS);
    if (this.hasUpdated) this.#watch(this.callId);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#watch('');
  }

  get api(): Api {
    return createApi(this.#options);
  }

  get subject(): Subject {
    const { callId, jurisdiction, evidence } = this;
    const { speakerId, decisionId } = this.view;
    const { mediaMs: mediaTimeMs } = this.#state;
    return { callId, speakerId, decisionId, mediaTimeMs, jurisdiction, evidence: evidence || callId };
  }

  focusOn(selector: string): void {
    void this.updateComplete.then(() => {
      // Whoever writes elsewhere by now goes on there.
      if (document.activeElement !== document.body && !this.matches(':focus-within')) return;
      // What had it may be gone.
      const root = this.renderRoot;
      (root.querySelector<HTMLElement>(selector) ?? root.querySelector('button'))?.focus();
    });
  }

  get #options(): ApiOptions {
    return { base: this.service, headers: () => this.#headers() };
  }

  async #headers(): Promise<Record<string, string>> {
    const token = typeof this.token === 'function' ? await this.token() : this.token;
    return identityHeaders({ tenant: '', role: '', actor: '', ...this.identity, token });
  }

  /** Watches a call from its beginning; nothing of an earlier one is left. */
  #watch(callId: string): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#outbound = undefined;
    this.#desk?.reset();
    this.#tell({ type: 'watch', callId, at: Date.now() });
    if (callId === '') return;
    const { watch } = this.#state;
    void followCall(this.#options, { callId, watch, signal: this.#stop.signal }, (input) => {
      this.#tell(input);
    });
  }

  #tell(input: Input): void {
    this.#state = reduce(this.#state, input);
    this.#look();
  }

  /** Shows what holds now. */
  #look(): void {
    const known = viewOf(this.#state, Date.now());
    const isUnknown = known.decisionId !== '' && known.speakerId === '';
    const view = isUnknown ? { ...known, speakerId: this.speakerId } : known;
    if (JSON.stringify(view) === JSON.stringify(this.view)) return;
    this.view = view;
    this.requestUpdate();
    // What cannot be fetched now is fetched with a later view.
    if (view.decisionId !== '') this.#openDesk().catch(() => undefined);
  }

  async #openDesk(): Promise<void> {
    if (this.#desk) return;
    const { Desk } = await import('./details/desk.js');
    this.#desk ??= new Desk(this);
    this.requestUpdate();
  }

  /** In a call that the company made, for as long as it goes on. */
  async #heardOutbound(): Promise<void> {
    const { outbound, netSpeechMs, progressTold, ended, shadow, callId } = this.#state;
    if (!outbound || ended || shadow) return;
    const { signal } = this.#stop;
    const { Outbound } = await import('./outbound/outbound.js');
    if (signal.aborted) return;
    this.#outbound ??= new Outbound(this, callId);
    this.requestUpdate();
    // Where no progress is told, somebody may have spoken.
    if (netSpeechMs > 0 || !progressTold) await this.#outbound.heard(progressTold);
  }

  protected override willUpdate(changed: PropertyValues): void {
    // Who asks may matter to a service that refused, and to none that answers.
    const isNewToken = changed.has('token') && this.#state.link === 'refused';
    const isAnother = changed.has('callId') || changed.has('service') || changed.has('identity');
    // Who is taken out of the page follows nothing.
    if (this.isConnected && (isAnother || isNewToken)) this.#watch(this.callId);
    this.#desk?.sync();
    this.#language.fetch();
    if (!this.#language.isHere) return;
    const { state, callId } = this.view;
    const { say } = this.#language;
    const text = `${say(state)}. ${instructionOf(this.view, say)}`;
    this.#announcement = this.#announcer.next(callId, state, text) ?? this.#announcement;
  }

  protected override updated(): void {
    const { state, callId } = this.view;
    if (this.getAttribute('state') === state) return;
    this.setAttribute('state', state);
    this.dispatchEvent(
      new CustomEvent('vouch-state', { detail: { callId, state }, bubbles: true, composed: true }),
    );
  }

  protected override render() {
    const { view } = this;
    const language = this.#language;
    if (view.state === 'shadow' || !language.isHere) return nothing;
    return badgeOf({
      view,
      say: language.say,
      words: language.words,
      language: language.name,
      outbound: this.#outbound,
      announcement: this.#announcement,
      desk: this.#desk,
    });
  }
}

// A page may load the script twice.
if (!customElements.get('vouch-badge')) customElements.define('vouch-badge', VouchBadge);
