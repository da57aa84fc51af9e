import { html, LitElement, type CSSResultGroup } from 'lit';
import { property } from 'lit/decorators.js';
import { base } from '../../design/base.js';
import { controls } from '../../design/controls.js';
import type { Api } from '../../shared/api.js';
import { Dialog } from './dialog.js';
import type { Session } from './session.js';
import { pageStyles } from './styles.js';

/** A page of the console: an element that the shell makes anew whenever its address changes. */
export abstract class Page extends LitElement {
  static override styles: CSSResultGroup = [base, controls, pageStyles];

  @property({ attribute: false }) session!: Session;
  /** What its address says, for example the `id` of `speakers/:id`. */
  @property({ attribute: false }) params: Readonly<Record<string, string>> = {};
  @property({ attribute: false }) query = new URLSearchParams();

  protected readonly dialog = new Dialog(this);

  protected get api(): Api {
    return this.session.api;
  }

  /** The page's one `h1`. */
  protected abstract heading(): unknown;
  protected abstract body(): unknown;

  /** For those who cannot see that the page changed. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.shadowRoot?.querySelector('h1')?.focus();
  }

  override render(): unknown {
    return html`<h1 tabindex="-1">${this.heading()}</h1>
      ${this.body()}${this.dialog.render()}`;
  }
}

/** A page as the shell knows it. */
export type PageElement = HTMLElement & Pick<Page, 'session' | 'params' | 'query' | 'focusHeading'>;
