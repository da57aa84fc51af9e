import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
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
 * The dialog of a page: a native one, so that focus stays in it, Escape closes it, and focus returns to where it came from.
 */
export class Dialog implements ReactiveController {
  #question: Question | undefined;
  #form: Form | undefined;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Asks, and does it when they say so. */
  ask(question: Question): void {
    this.#question = question;
    const form: Form = (this.#form = new Form(this.host, {
      ...question,
      run: async (values, key) => {
        await question.run(values, key);
        // Another may have been asked since.
        if (this.#form === form) this.close();
        if (question.done) say(this.host, question.done);
      },
      aside: () => html`<button type="button" ?disabled=${form.busy} @click=${this.close}>Cancel</button>`,
    }));
    this.host.requestUpdate();
    void this.host.updateComplete.then(() => {
      const dialog = this.#element;
      if (dialog && !dialog.open) dialog.showModal();
    });
  }

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
