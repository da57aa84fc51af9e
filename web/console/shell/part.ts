import { html, LitElement, type CSSResultGroup } from 'lit';
import { property } from 'lit/decorators.js';
import { base } from '../../design/base.js';
import { controls } from '../../design/controls.js';
import type { Api } from '../../shared/api.js';
import { Dialog } from './dialog.js';
import type { Session } from './session.js';
import { pageStyles } from './styles.js';

/** A part of a page that reads and writes by itself. */
export abstract class Part extends LitElement {
  static override styles: CSSResultGroup = [base, controls, pageStyles];

  @property({ attribute: false }) session!: Session;

  protected readonly dialog = new Dialog(this);

  protected get api(): Api {
    return this.session.api;
  }

  protected abstract body(): unknown;

  override render(): unknown {
    return html`${this.body()}${this.dialog.render()}`;
  }
}
