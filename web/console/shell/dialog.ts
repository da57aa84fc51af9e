import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { isFocusLost } from './focus.js';
import { Form, type FormOptions } from './form.js';
import { say } from './say.js';

/** Something that is asked before it is done. */
export interface Question extends FormOptions {
  readonly heading: string;
  /** What it does, before somebody does it. */
  readonly text?: unknown;
  /** What is said when it was done. */
  readonly done?: string;
}

/**
 * The dialog of a page: a native one, so that focus stays in it, Escape closes it, and focus returns to where it came from;
 * where that is gone by what was done, to the heading of its part.
 */
export class Dialog implements ReactiveController {
  #question: Question | undefined;
  #form: Form | undefined;
  /** What was pressed to ask, and the part of the page that it stands in. */
  #opener: HTMLElement | undefined;
  #section: Element | null = null;
  /** What was asked when they had to sign in again; asked again, as it was filled in, once they are back. */
  #parked: { readonly question: Question; readonly form: Form } | undefined;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    if (!this.#parked) return;
    const { question, form } = this.#parked;
    this.#parked = undefined;
    this.#show(question, form);
  }

  hostDisconnected(): void {
    this.close();
  }

  hostUpdated(): void {
    const opener = this.#opener;
    if (!opener || opener.isConnected || this.#question) return;
    this.#opener = undefined;
    const heading = this.#section?.querySelector('h2');
    if (!heading?.isConnected || !isFocusLost()) return;
    heading.tabIndex = -1;
    heading.focus();
  }

  /** Asks, and does it when they say so. */
  ask(question: Question): void {
    const focused = this.host.shadowRoot?.activeElement;
    this.#opener = focused instanceof HTMLElement ? focused : undefined;
    this.#section = this.#opener?.closest('section') ?? null;
    const form: Form = new Form(this.host, {
      ...question,
      run: async (values, key) => {
        await question.run(values, key);
        // Another may have been asked since.
        if (this.#form === form) this.close();
        if (question.done) say(this.host, question.done);
      },
      aside: () =>
        html`<button type="button" aria-disabled=${form.busy ? 'true' : nothing} @click=${this.#cancel}>
          Cancel
        </button>`,
    });
    this.#show(question, form);
  }

  #show(question: Question, form: Form): void {
    this.#question = question;
    this.#form = form;
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => {
      const dialog = this.#element;
      if (dialog && !dialog.open) dialog.showModal();
    });
  }

  readonly #park = (): void => {
    if (this.#question && this.#form) this.#parked = { question: this.#question, form: this.#form };
  };

  readonly #cancel = (): void => {
    if (!this.#form?.busy) this.close();
  };

  readonly close = (): void => {
    this.#element?.close();
    this.#question = undefined;
    this.#form = undefined;
    this.host.requestUpdate();
  };

  /** Escape, while something is sent: what becomes of it is still to be told. */
  readonly #onCancel = (event: Event): void => {
    if (this.#form?.busy) event.preventDefault();
  };

  get #element(): HTMLDialogElement | null | undefined {
    return this.host.shadowRoot?.querySelector<HTMLDialogElement>('dialog.question');
  }

  render(): unknown {
    const question = this.#question;
    return html`<dialog
      class="question"
      aria-labelledby="question"
      @close=${this.close}
      @cancel=${this.#onCancel}
      @vouch-sign-in-again=${this.#park}
    >
      ${
        question
          ? html`<div class="stack">
              <h2 id="question">${question.heading}</h2>
              ${question.text ? html`<div>${question.text}</div>` : nothing} ${this.#form?.render()}
            </div>`
          : nothing
      }
    </dialog>`;
  }
}
