import { html, nothing } from 'lit';
import { GROUPS, type PageEntry } from './page-entry.js';
import { linkTo } from './router.js';
import { ROLE_WORDS, type Session, type Who } from './session.js';
import type { Theme } from './theme.js';

const THEMES: Readonly<Record<Theme, string>> = {
  auto: 'Theme: auto',
  light: 'Theme: light',
  dark: 'Theme: dark',
};

export interface HeaderParts {
  readonly who: Who | null;
  readonly menuOpen: boolean;
  readonly theme: Theme;
  readonly skip: () => void;
  readonly toggleMenu: () => void;
  readonly signOut: () => void;
  readonly useTheme: (theme: Theme) => void;
}

/** What stands above every page: the way to its content, the menu of a narrow screen, who is signed in, the theme. */
export function header({ who, menuOpen, theme, skip, toggleMenu, signOut, useTheme }: HeaderParts): unknown {
  return html`<header>
    <button class="skip" @click=${skip}>Skip to content</button>
    <a class="brand" href="#/">vouch</a>
    ${
      who
        ? html`<button class="menu" aria-expanded=${menuOpen} aria-controls="navigation" @click=${toggleMenu}>
            Menu
          </button>`
        : nothing
    }
    <span class="grow"></span>
    ${who ? signedIn(who, signOut) : nothing}
    <label class="visually-hidden" for="theme">Theme</label>
    <select
      id="theme"
      class="theme"
      @change=${(event: Event) => {
        useTheme((event.target as HTMLSelectElement).value as Theme);
      }}
    >
      ${Object.entries(THEMES).map(
        ([each, words]) => html`<option value=${each} ?selected=${each === theme}>${words}</option>`,
      )}
    </select>
  </header>`;
}

function signedIn({ actorId, roles, tenantId }: Who, signOut: () => void): unknown {
  return html`<span class="who small"
      ><bdi class="id">${actorId}</bdi> · ${roles.map((role) => ROLE_WORDS[role]).join(', ')} ·
      <bdi class="id">${tenantId}</bdi></span
    >
    <button @click=${signOut}>Sign out</button>`;
}

/** The pages that somebody may open, under their headings; the one that is shown, or that it belongs to, is marked. */
export function navigation(
  pages: readonly PageEntry[],
  session: Session,
  shown: PageEntry | undefined,
  open: boolean,
): unknown {
  const current = shown?.group ? shown.path : (shown?.parent ?? '');
  const groups = GROUPS.map((group) => ({
    group,
    pages: pages.filter((page) => page.group === group && session.may(...page.roles)),
  })).filter((each) => each.pages.length > 0);
  return html`<nav id="navigation" aria-label="Main" class=${open ? 'open' : ''}>
    ${groups.map(
      ({ group, pages: ofGroup }) =>
        html`<p class="group" id="group-${group}">${group}</p>
          <ul aria-labelledby="group-${group}">
            ${ofGroup.map(
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

/** The link to the page above. */
export function wayBack({ path, title }: PageEntry): unknown {
  return html`<nav class="back" aria-label="Way back">
    <a href=${linkTo(...path.split('/').filter(Boolean))}><span aria-hidden="true">← </span>${title}</a>
  </nav>`;
}

/** The status line, which is also read aloud; empty: nothing to tell. */
export function statusLine(message: string, dismiss: () => void): unknown {
  return html`<div class="status" role="status">
    ${
      message === ''
        ? nothing
        : html`<div class="toast">
            <span>${message}</span><button aria-label="Dismiss the message" @click=${dismiss}>✕</button>
          </div>`
    }
  </div>`;
}
