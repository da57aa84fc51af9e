import { html } from 'lit';
import { property } from 'lit/decorators.js';
import { Part } from './part.js';

/** A page of the console: an element that the shell makes anew whenever its address changes. */
export abstract class Page extends Part {
  /** What its address says, for example the `id` of `speakers/:id`. */
  @property({ attribute: false }) params: Readonly<Record<string, string>> = {};
  @property({ attribute: false }) query = new URLSearchParams();

  /** The page's one `h1`. */
  protected abstract heading(): unknown;

  /** Whether leaving the page loses what somebody entered. */
  isUnsaved(): boolean {
    return false;
  }

  /** For those who cannot see that the page changed. */
  async focusHeading(): Promise<void> {
    await this.updateComplete;
    this.shadowRoot?.querySelector('h1')?.focus();
  }

  override render(): unknown {
    return html`<h1 tabindex="-1">${this.heading()}</h1>
      ${super.render()}`;
  }
}

/** A page as the shell knows it. */
export type PageElement = HTMLElement &
  Pick<Page, 'session' | 'params' | 'query' | 'isUnsaved' | 'focusHeading' | 'requestUpdate'>;
