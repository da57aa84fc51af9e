import { html, nothing } from 'lit';

/** A field of a form. Its value is a text; of several choices, their values with spaces between. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly kind?:
    | 'text'
    | 'password'
    | 'textarea'
    | 'number'
    | 'select'
    | 'choices'
    | 'check'
    | 'date'
    | 'datetime-local'
    | 'file';
  /** Value and words. */
  readonly options?: readonly (readonly [string, string])[];
  readonly hint?: unknown;
  readonly optional?: boolean;
  readonly maximumBytes?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly initial?: string;
  /** The field's name in the service's refusals, where it is another. */
  readonly api?: string;
  /** Shown, and needed, only then. */
  readonly when?: (values: Readonly<Record<string, string>>) => boolean;
  readonly rows?: number;
  /** Kinds of files. */
  readonly accept?: string;
  /** Of a part of a long form that begins with this field. */
  readonly heading?: string;
}

type Change = (value: string) => void;

const { timeZone: ZONE } = Intl.DateTimeFormat().resolvedOptions();

/** The field with its label, hint and what is wrong with it, all tied together for those who cannot see them. */
export function renderField(
  field: Field,
  value: string,
  problem: string | undefined,
  change: Change,
): unknown {
  const { name, label, kind = 'text', optional } = field;
  const hint = kind === 'datetime-local' ? html`${field.hint ?? nothing} Time zone: ${ZONE}.` : field.hint;
  const described = [hint ? `hint-${name}` : '', problem ? `problem-${name}` : ''].filter(Boolean).join(' ');
  const below = html`${hint ? html`<p class="hint" id="hint-${name}">${hint}</p>` : nothing}
  ${problem ? html`<p class="problem" id="problem-${name}">${problem}</p>` : nothing}`;
  const words = html`${label}${optional ? html` <span class="quiet small">(optional)</span>` : nothing}`;
  if (kind === 'choices')
    return html`<fieldset class="field" aria-describedby=${described || nothing}>
      <legend>${words}</legend>
      ${choices(field, value, problem, change)}${below}
    </fieldset>`;
  if (kind === 'check')
    return html`<div class="field">
      <label class="choice"
        ><input
          type="checkbox"
          name=${name}
          .checked=${value === 'yes'}
          aria-describedby=${described || nothing}
          aria-invalid=${problem ? 'true' : nothing}
          @change=${(event: Event) => {
            change((event.target as HTMLInputElement).checked ? 'yes' : '');
          }}
        />${label}</label
      >${below}
    </div>`;
  return html`<div class="field ${kind === 'textarea' ? 'wide' : ''}">
    <label for="field-${name}">${words}</label>
    ${control(field, value, { described, invalid: problem !== undefined, change })}${below}
  </div>`;
}

interface State {
  readonly described: string;
  readonly invalid: boolean;
  readonly change: Change;
}

function control(field: Field, value: string, { described, invalid, change }: State): unknown {
  const { name, kind = 'text', options = [], optional, rows = 6 } = field;
  const onInput = (event: Event) => {
    change((event.target as HTMLInputElement).value);
  };
  if (kind === 'select')
    return html`<select
      id="field-${name}"
      name=${name}
      aria-describedby=${described || nothing}
      aria-invalid=${invalid ? 'true' : nothing}
      @change=${onInput}
    >
      ${options.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
    </select>`;
  if (kind === 'textarea')
    return html`<textarea
      id="field-${name}"
      name=${name}
      rows=${rows}
      dir="auto"
      aria-required=${optional ? nothing : 'true'}
      aria-describedby=${described || nothing}
      aria-invalid=${invalid ? 'true' : nothing}
      .value=${value}
      @input=${onInput}
    ></textarea>`;
  if (kind === 'file')
    return html`<input
      id="field-${name}"
      name=${name}
      type="file"
      accept=${field.accept ?? nothing}
      aria-describedby=${described || nothing}
      aria-invalid=${invalid ? 'true' : nothing}
      @change=${(event: Event) => {
        change((event.target as HTMLInputElement).files?.[0]?.name ?? '');
      }}
    />`;
  return html`<input
    id="field-${name}"
    name=${name}
    type=${kind === 'number' ? 'text' : kind}
    step=${kind === 'datetime-local' ? '1' : nothing}
    inputmode=${kind === 'number' ? 'decimal' : nothing}
    dir=${kind === 'text' ? 'auto' : nothing}
    autocomplete="off"
    spellcheck="false"
    aria-required=${optional ? nothing : 'true'}
    aria-describedby=${described || nothing}
    aria-invalid=${invalid ? 'true' : nothing}
    .value=${value}
    @input=${onInput}
  />`;
}

function choices(
  { name, options = [] }: Field,
  value: string,
  problem: string | undefined,
  change: Change,
): unknown {
  const chosen = new Set(value.split(' ').filter(Boolean));
  return options.map(
    ([each, text]) =>
      html`<label class="choice"
        ><input
          type="checkbox"
          name=${name}
          value=${each}
          .checked=${chosen.has(each)}
          aria-invalid=${problem ? 'true' : nothing}
          @change=${(event: Event) => {
            if ((event.target as HTMLInputElement).checked) chosen.add(each);
            else chosen.delete(each);
            change([...chosen].join(' '));
          }}
        />${text}</label
      >`,
  );
}

/** The file that was chosen in a field of the element's form. */
export function chosenFile(host: HTMLElement, name: string): File | undefined {
  return host.shadowRoot?.querySelector<HTMLInputElement>(`#field-${name}`)?.files?.[0];
}
