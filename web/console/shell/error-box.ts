import { html, nothing } from 'lit';
import { ApiError } from '../../shared/api-error.js';
import { wordsFor } from './words.js';

/** An error in words, with a way on: try again, or sign in anew. */
export function errorBox(error: unknown, retry?: () => void): unknown {
  const signIn = error instanceof ApiError && error.status === 'UNAUTHENTICATED';
  return html`<div class="notice-box bad stack" role="alert">
    <p>${wordsFor(error)}</p>
    ${signIn ? html`<p><button @click=${signInAgain}>Sign in again</button></p>` : nothing}
    ${retry && !signIn ? html`<p><button @click=${retry}>Try again</button></p>` : nothing}
  </div>`;
}

function signInAgain(event: Event): void {
  event.target?.dispatchEvent(new CustomEvent('vouch-sign-in-again', { bubbles: true, composed: true }));
}
