import { html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { base } from '../design/base.js';
import { ApiError } from '../shared/api-error.js';
import { createApi } from '../shared/api.js';
import { identityHeaders, savedIdentity } from '../shared/sign-in.js';

/** The console. */
@customElement('vouch-console')
export class VouchConsole extends LitElement {
  static override readonly styles = [base];

  @state() private who = '';

  readonly #api = createApi({ headers: () => identityHeaders(savedIdentity()) });

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const { spaces } = await this.#api.admin.getModels({});
      this.who = String(spaces?.length);
    } catch (error) {
      this.who = error instanceof ApiError ? error.reason : 'UNKNOWN';
    }
  }

  override render() {
    return html`<main class="card">
      <h1>vouch</h1>
      <p>${this.who}</p>
    </main>`;
  }
}
