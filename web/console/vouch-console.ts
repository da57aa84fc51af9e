import { html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { base } from '../design/base.js';
import { controls } from '../design/controls.js';
import { ApiError } from '../shared/api-error.js';
import { savedIdentity } from '../shared/sign-in.js';
import { consoleStyles } from './console-styles.js';
import { PAGES } from './pages.js';
import { errorBox } from './shell/error-box.js';
import { EVERYBODY, type PageEntry } from './shell/page-entry.js';
import type { PageElement } from './shell/page.js';
import { linkTo, match, placeOf } from './shell/router.js';
import { ROLE_WORDS, Session } from './shell/session.js';
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
const GROUPS = ['People', 'Enrolment', 'Decisions', 'System'] as const;

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

  readonly #session = new Session();
  #turn = 0;
  #saidAt = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    useTheme(this.theme);
    window.addEventListener('hashchange', this.#onMove);
    this.addEventListener('vouch-say', (event) => {
      this.message = (event as CustomEvent<string>).detail;
      this.#saidAt = performance.now();
    });
    this.addEventListener('vouch-signed-in', () => void this.#go(true));
    this.addEventListener('vouch-sign-out', () => {
      this.#signOut();
    });
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#onMove);
  }

  readonly #onMove = (): void => {
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

  #signOut(): void {
    this.#session.signOut();
    this.page = undefined;
    void this.#go(true);
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
      const page = document.createElement(entry.element) as PageElement;
      page.session = this.#session;
      page.params = match(entry.path, place) ?? {};
      page.query = place.query;
      this.page = page;
    }
    await this.updateComplete;
    if (focus) this.#focusHeading();
  }

  readonly #focusHeading = (): void => {
    window.scrollTo(0, 0);
    if (this.page) void this.page.focusHeading();
    else this.shadowRoot?.querySelector('main')?.focus();
  };

  override render(): unknown {
    const { who } = this.#session;
    return html`<header>
        <button class="skip" @click=${this.#focusHeading}>Skip to content</button>
        <a class="brand" href="#/">vouch</a>
        ${
          who
            ? html`<button
                class="menu"
                aria-expanded=${this.menuOpen}
                aria-controls="navigation"
                @click=${this.#toggleMenu}
              >
                Menu
              </button>`
            : nothing
        }
        <span class="grow"></span>
        ${who ? this.#renderWho() : nothing}${this.#renderTheme()}
      </header>
      <div class="frame">
        ${who ? this.#renderNavigation() : nothing}
        <main id="main" tabindex="-1">${this.#renderMain()}</main>
      </div>
      <div class="status" role="status">
        ${
          this.message === ''
            ? nothing
            : html`<div class="toast">
                <span>${this.message}</span
                ><button
                  aria-label="Dismiss the message"
                  @click=${() => {
                    this.message = '';
                  }}
                >
                  ✕
                </button>
              </div>`
        }
      </div>`;
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
    return html`${this.#renderWayBack(this.entry)}${this.page ?? html`<p class="quiet">Loading…</p>`}`;
  }

  #renderWayBack({ path, parent }: PageEntry): unknown {
    if (path === '') return nothing;
    const above = PAGES.find((page) => page.path === parent) ?? START;
    return html`<nav class="back" aria-label="Way back">
      <a href=${linkTo(...above.path.split('/').filter(Boolean))}
        ><span aria-hidden="true">← </span>${above.title}</a
      >
    </nav>`;
  }

  #renderWho(): unknown {
    const { who } = this.#session;
    if (!who) return nothing;
    return html`<span class="who small"
        ><bdi class="id">${who.actorId}</bdi> · ${who.roles.map((role) => ROLE_WORDS[role]).join(', ')} ·
        <bdi class="id">${who.tenantId}</bdi></span
      >
      <button
        @click=${() => {
          this.#signOut();
        }}
      >
        Sign out
      </button>`;
  }

  #renderTheme(): unknown {
    const change = (event: Event) => {
      this.theme = (event.target as HTMLSelectElement).value as Theme;
      useTheme(this.theme);
    };
    return html`<label class="visually-hidden" for="theme">Theme</label>
      <select id="theme" class="theme" @change=${change}>
        ${(['auto', 'light', 'dark'] as const).map(
          (theme) =>
            html`<option value=${theme} ?selected=${theme === this.theme}>
              ${{ auto: 'Theme: auto', light: 'Theme: light', dark: 'Theme: dark' }[theme]}
            </option>`,
        )}
      </select>`;
  }

  #renderNavigation(): unknown {
    const current = this.entry?.group ? this.entry.path : (this.entry?.parent ?? '');
    const groups = GROUPS.map((group) => ({
      group,
      pages: PAGES.filter((page) => page.group === group && this.#session.may(...page.roles)),
    })).filter(({ pages }) => pages.length > 0);
    return html`<nav id="navigation" aria-label="Main" class=${this.menuOpen ? 'open' : ''}>
      ${groups.map(
        ({ group, pages }) =>
          html`<p class="group" id="group-${group}">${group}</p>
            <ul aria-labelledby="group-${group}">
              ${pages.map(
                ({ path, title }) =>
                  html`<li>
                    <a href=${linkTo(...path.split('/'))} aria-current=${path === current ? 'page' : nothing}
                      >${title}</a
                    >
                  </li>`,
              )}
            </ul>`,
      )}
    </nav>`;
  }

  readonly #toggleMenu = (): void => {
    this.menuOpen = !this.menuOpen;
  };
}
