import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { base } from '../design/base.js';
import { controls } from '../design/controls.js';
import { ApiError } from '../shared/api-error.js';
import { savedIdentity } from '../shared/sign-in.js';
import { consoleStyles } from './console-styles.js';
import { PAGES } from './pages.js';
import { errorBox } from './shell/error-box.js';
import { header, navigation, statusLine, wayBack } from './shell/frame.js';
import { EVERYBODY, type PageEntry } from './shell/page-entry.js';
import type { PageElement } from './shell/page.js';
import { match, placeOf, type Place } from './shell/router.js';
import { ROLE_WORDS, Session, type Who } from './shell/session.js';
import './shell/sign-in.js';
import { savedTheme, useTheme, type Theme } from './shell/theme.js';

const START: PageEntry = {
  path: '',
  element: 'v-start',
  title: 'Start',
  roles: EVERYBODY,
  load: () => import('./shell/start-page.js'),
};

const SAID_BEFORE_MS = 1000;
const LEAVE = 'What you entered here is not saved. Leave the page without it?';

/** The page that another belongs to. */
function above({ parent }: PageEntry): PageEntry {
  return PAGES.find(({ path }) => path === parent) ?? START;
}

/** The console: who is signed in, where they are, and the page of that place. */
@customElement('vouch-console')
export class VouchConsole extends LitElement {
  static override readonly styles = [base, controls, consoleStyles];

  /** What there is, for tests that look at all of it. */
  static readonly pages = PAGES;

  @state() private entry: PageEntry | undefined;
  @state() private page: PageElement | undefined;
  @state() private error: unknown;
  @state() private message = '';
  @state() private menuOpen = false;
  @state() private theme: Theme = savedTheme();
  @state() private ready = false;

  #session = new Session();
  #turn = 0;
  #left: { readonly page: PageElement; readonly who: Who; readonly hash: string } | undefined;
  #saidAt = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    useTheme(this.theme);
    window.addEventListener('hashchange', this.#onMove);
    window.addEventListener('beforeunload', this.#onUnload);
    this.addEventListener('vouch-say', (event) => {
      this.message = (event as CustomEvent<string>).detail;
      this.#saidAt = performance.now();
    });
    this.addEventListener('vouch-signed-in', () => void this.#go(true));
    this.addEventListener('vouch-sign-in-again', this.#signInAgain);
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#onMove);
    window.removeEventListener('beforeunload', this.#onUnload);
  }

  readonly #onUnload = (event: BeforeUnloadEvent): void => {
    if (this.page?.isUnsaved()) event.preventDefault();
  };

  readonly #onMove = ({ oldURL }: HashChangeEvent): void => {
    if (this.page?.isUnsaved() && !window.confirm(LEAVE)) {
      // They stay, and so does the address.
      window.history.pushState(null, '', oldURL);
      return;
    }
    // What was said of the very deed that led here stays.
    if (performance.now() - this.#saidAt > SAID_BEFORE_MS) this.message = '';
    void this.#go(true);
  };

  /** Goes on as whom this tab knew before, where it did. */
  async #begin(): Promise<void> {
    this.error = undefined;
    const { token, role } = savedIdentity();
    if (token !== '' || role !== '') {
      try {
        await this.#session.resume();
      } catch (error) {
        // Nobody is signed out but by a refusal of who they are: the service may be well again in a moment.
        const refused =
          error instanceof ApiError && /^(UNAUTHENTICATED|PERMISSION_DENIED|NOT_FOUND)$/.test(error.status);
        if (!refused) {
          this.error = error;
          return;
        }
        this.#session.signOut();
      }
    }
    this.ready = true;
    await this.#go(false);
  }

  readonly #signOut = (): void => {
    this.#left = undefined;
    this.#session.signOut();
    this.#leave();
  };

  /** Who signs in again goes on where they were: what they entered is still there. */
  readonly #signInAgain = (): void => {
    const { page } = this;
    const { who } = this.#session;
    this.#left = page && who ? { page, who, hash: window.location.hash } : undefined;
    this.#session = this.#session.next();
    this.#leave();
  };

  #leave(): void {
    this.page = undefined;
    void this.#go(true);
  }

  /** The page that somebody was on when they had to sign in again, for them and there only. */
  #takeLeft(): PageElement | undefined {
    const { who } = this.#session;
    const left = this.#left;
    if (!who || !left) return undefined;
    this.#left = undefined;
    const same = left.who.actorId === who.actorId && left.who.tenantId === who.tenantId;
    if (!same || left.hash !== window.location.hash) return undefined;
    left.page.session.who = who;
    left.page.requestUpdate();
    return left.page;
  }

  /** Shows the page of the address. Of two that follow each other fast, the later counts. */
  async #go(focus: boolean): Promise<void> {
    const turn = ++this.#turn;
    this.menuOpen = false;
    this.error = undefined;
    const place = placeOf(window.location.hash);
    const entry = [START, ...PAGES].find(({ path }) => match(path, place));
    this.entry = entry;
    this.page = undefined;
    document.title = this.#session.who ? `${entry?.title ?? 'Not found'} · vouch` : 'Sign in · vouch';
    if (entry && this.#session.who && this.#session.may(...entry.roles)) {
      try {
        await entry.load();
      } catch {
        if (turn === this.#turn) this.error = new ApiError('UNAVAILABLE', 'CONNECTION_LOST');
        return;
      }
      if (turn !== this.#turn) return;
      this.page = this.#takeLeft() ?? this.#newPage(entry, place);
    }
    await this.updateComplete;
    if (focus) this.#focusHeading();
  }

  #newPage(entry: PageEntry, place: Place): PageElement {
    const page = document.createElement(entry.element) as PageElement;
    page.session = this.#session;
    page.params = match(entry.path, place) ?? {};
    page.query = place.query;
    return page;
  }

  readonly #focusHeading = (): void => {
    window.scrollTo(0, 0);
    if (this.page) void this.page.focusHeading();
    else this.shadowRoot?.querySelector('main')?.focus();
  };

  override render(): unknown {
    const { who } = this.#session;
    return html`${header({
        who,
        menuOpen: this.menuOpen,
        theme: this.theme,
        skip: this.#focusHeading,
        toggleMenu: () => (this.menuOpen = !this.menuOpen),
        signOut: this.#signOut,
        useTheme: (theme) => {
          useTheme((this.theme = theme));
        },
      })}
      <div class="frame">
        ${who ? navigation(PAGES, this.#session, this.entry, this.menuOpen) : nothing}
        <main id="main" tabindex="-1">${this.#renderMain()}</main>
      </div>
      ${statusLine(this.message, () => (this.message = ''))}`;
  }

  #renderMain(): unknown {
    if (this.error !== undefined)
      return html`<h1>Something is in the way</h1>
        ${errorBox(this.error, () => void (this.ready ? this.#go(true) : this.#begin()))}`;
    if (!this.ready) return html`<p class="quiet">Loading…</p>`;
    if (!this.#session.who) return html`<v-sign-in class="narrow" .session=${this.#session}></v-sign-in>`;
    if (!this.entry)
      return html`<h1>There is no such page</h1>
        <p>The address may be misspelt. <a href="#/">Go to the start</a>.</p>`;
    if (!this.#session.may(...this.entry.roles))
      return html`<h1>${this.entry.title}</h1>
        <p>
          This page is not for your role. It is for:
          ${this.entry.roles.map((role) => ROLE_WORDS[role]).join(', ')}.
          <a href="#/">Go to the start</a>.
        </p>`;
    return html`${this.entry.path === '' ? nothing : wayBack(above(this.entry))}${this.page ?? html`<p class="quiet">Loading…</p>`}`;
  }
}
