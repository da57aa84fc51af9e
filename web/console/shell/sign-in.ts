import { html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../design/base.js';
import { controls } from '../../design/controls.js';
import { ApiError, fieldProblem } from '../../shared/api-error.js';
import { Form } from './form.js';
import { Load } from './load.js';
import { isDevelopment, ROLE_WORDS, type Session } from './session.js';
import { pageStyles } from './styles.js';

/** Where somebody says who they are: by a token; or, where the service believes everybody, by saying so. */
@customElement('v-sign-in')
export class SignIn extends LitElement {
  static override readonly styles = [base, controls, pageStyles];

  @property({ attribute: false }) session!: Session;

  readonly #development = new Load(this, isDevelopment);

  readonly #token = new Form(this, {
    fields: [
      {
        name: 'token',
        label: 'Token',
        kind: 'password',
        hint: 'An API key, or the token of your organisation’s sign-in. It is kept for this tab only, until you close it.',
      },
    ],
    submit: 'Sign in',
    run: async ({ token = '' }) => {
      try {
        await this.#signIn({ token: token.trim(), tenant: '', role: '', actor: '' });
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 'UNAUTHENTICATED') throw error;
        throw fieldProblem(
          'token',
          'The service does not know this token: it may be mistyped, expired or revoked.',
        );
      }
    },
  });

  readonly #chosen = new Form(this, {
    fields: [
      {
        name: 'role',
        label: 'Role',
        kind: 'select',
        options: Object.entries(ROLE_WORDS),
        initial: 'ADMINISTRATOR',
      },
      {
        name: 'tenant',
        label: 'Tenant',
        optional: true,
        hint: 'Empty: the development tenant.',
      },
      { name: 'actor', label: 'Your id', initial: 'development', hint: 'Stands in the audit trail.' },
    ],
    submit: 'Go on',
    check: (values) =>
      Object.fromEntries(
        ['tenant', 'actor']
          .filter((name) => /[^\x20-\x7e]/.test(values[name] ?? ''))
          .map((name) => [name, 'Only letters, digits and signs of ASCII, please.']),
      ),
    run: ({ tenant = '', role = '', actor = '' }) => this.#signIn({ token: '', tenant, role, actor }),
  });

  async #signIn(identity: Parameters<Session['signIn']>[0]): Promise<void> {
    await this.session.signIn(identity);
    this.dispatchEvent(new CustomEvent('vouch-signed-in', { bubbles: true, composed: true }));
  }

  override render(): unknown {
    return html`<h1 tabindex="-1">Sign in</h1>
      ${this.#development.render((development) =>
        development
          ? html`<div class="notice-box warn">
                <p>
                  This service runs for development, on this machine only: it believes whoever you say that
                  you are.
                </p>
              </div>
              <div class="card">${this.#chosen.render()}</div>`
          : html`<div class="card">${this.#token.render()}</div>`,
      )}`;
  }
}
