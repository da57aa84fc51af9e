import { html, nothing, type ReactiveControllerHost } from 'lit';
import { ApiError } from '../../shared/api-error.js';
import { newKey } from '../../shared/new-key.js';
import { errorBox } from './error-box.js';
import { renderField, type Field } from './field.js';

export type Values = Record<string, string>;

export interface FormOptions {
  readonly fields: readonly Field[];
  readonly submit: string;
  readonly danger?: boolean;
  /** What the fields hold at first. */
  readonly values?: Values;
  /**
   * Does it. The key stays the same for a repeat of the very same values, so that a repeat after a lost answer does nothing
   * twice. What it throws is shown at its field, or above the button.
   */
  readonly run: (values: Values, idempotencyKey: string) => Promise<void>;
  /** What is wrong with the values beyond what each field says for itself: field by field. */
  readonly check?: (values: Values) => Partial<Record<string, string>>;
  /** Told of every change. */
  readonly changed?: (values: Values) => void;
  /** Beside the button: a way out. */
  readonly aside?: () => unknown;
}

/** A form as a table of fields: it checks them, says what is wrong at each, and keeps what was entered when sending fails. */
export class Form {
  readonly values: Values;
  problems: Partial<Record<string, string>> = {};
  error: unknown;
  busy = false;
  /** Whether something was entered that is not sent. */
  touched = false;
  #sent = '';
  #key = '';

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    readonly options: FormOptions,
  ) {
    this.values = Object.fromEntries(options.fields.map(({ name, initial = '' }) => [name, initial]));
    Object.assign(this.values, options.values);
  }

  set(name: string, value: string): void {
    // A file of the same name may be another.
    if (this.options.fields.some((field) => field.name === name && field.kind === 'file')) this.renew();
    this.values[name] = value;
    this.touched = true;
    this.problems = { ...this.problems, [name]: undefined };
    this.options.changed?.({ ...this.values });
    this.host.requestUpdate();
  }

  /** What is sent next is another request, though the values be the same: a file behind them is another. */
  renew(): void {
    this.#sent = '';
  }

  render(): unknown {
    const { fields, submit, danger, aside } = this.options;
    const shown = fields.filter(({ when }) => when?.(this.values) ?? true);
    return html`<form
      class="stack"
      novalidate
      @submit=${(event: Event) => void this.#submit(event)}
      @vouch-sign-in-again=${() => {
        this.error = undefined;
      }}
    >
      <div class="fields">
        ${shown.map(
          (field) =>
            html`${field.heading ? html`<h2>${field.heading}</h2>` : nothing}
            ${renderField(field, this.values[field.name] ?? '', this.problems[field.name], (value) => {
              this.set(field.name, value);
            })}`,
        )}
      </div>
      ${this.error === undefined ? nothing : errorBox(this.error)}
      <div class="row">
        <button
          type="submit"
          class=${danger ? 'danger' : 'primary'}
          aria-disabled=${this.busy ? 'true' : nothing}
        >
          ${this.busy ? 'Please wait…' : submit}
        </button>
        ${aside?.() ?? nothing}
      </div>
    </form>`;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.#check();
    this.error = undefined;
    if (Object.values(this.problems).some(Boolean)) return this.#showProblems();
    this.busy = true;
    this.host.requestUpdate();
    try {
      await this.options.run({ ...this.values }, this.#idempotencyKey());
      this.#sent = '';
      this.touched = false;
    } catch (error) {
      this.#take(error);
    }
    this.busy = false;
    this.host.requestUpdate();
    if (Object.values(this.problems).some(Boolean)) await this.#showProblems();
  }

  #check(): void {
    const { fields, check } = this.options;
    this.problems = {};
    for (const field of fields) {
      if (field.when && !field.when(this.values)) continue;
      const problem = problemOf(field, this.values[field.name] ?? '');
      if (problem) this.problems[field.name] = problem;
    }
    this.problems = { ...check?.(this.values), ...this.problems };
  }

  /** A refusal that names one of our fields stands there, too; the words stand above the button in any case. */
  #take(error: unknown): void {
    this.error = error;
    if (error instanceof ApiError && error.reason === 'IDEMPOTENCY_KEY_REUSED') this.renew();
    const named = error instanceof ApiError ? error.more.field : undefined;
    const field = this.options.fields.find(({ name, api }) => named !== undefined && named === (api ?? name));
    if (field) this.problems[field.name] = 'The service did not take this.';
  }

  async #showProblems(): Promise<void> {
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.host.shadowRoot?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }

  #idempotencyKey(): string {
    const values = JSON.stringify(this.values);
    if (values !== this.#sent) this.#key = newKey();
    this.#sent = values;
    return this.#key;
  }
}

function problemOf(
  { optional, maximumBytes, label, kind, minimum, maximum }: Field,
  value: string,
): string | undefined {
  if (value.trim() === '') return optional ? undefined : `${label} is missing.`;
  if (maximumBytes !== undefined && new TextEncoder().encode(value).length > maximumBytes)
    return `This is longer than ${maximumBytes} bytes.`;
  if (kind !== 'number') return undefined;
  const number = Number(value);
  if (!Number.isFinite(number) || number < (minimum ?? -Infinity) || number > (maximum ?? Infinity))
    return `Give a number from ${minimum ?? 0} to ${maximum ?? 'any'}.`;
  return undefined;
}
