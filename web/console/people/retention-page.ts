import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { RetentionPolicy, RunRetentionResponse } from '../../../src/gen/vouch/v1/retention.js';
import type { Json } from '../../shared/json.js';
import { errorBox } from '../shell/error-box.js';
import type { Field } from '../shell/field.js';
import { Form } from '../shell/form.js';
import { day, id, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { say } from '../shell/say.js';
import { facts, table } from '../shell/table.js';
import { OFFICERS } from './roles.js';

type Policy = Json<RetentionPolicy>;
type Item = Json<RunRetentionResponse>;

const TERMS: readonly (readonly [keyof Policy, string, string])[] = [
  [
    'inactivityDays',
    'People without use',
    'Who was not enrolled, asked or accepted in a call for so long is erased.',
  ],
  [
    'absoluteDays',
    'People at all',
    'Whose consent and voiceprints are all older is erased, however often they call.',
  ],
  ['lapsedConsentDays', 'Voiceprints that wait for a new consent', 'After a notice that needs consent anew.'],
  ['callScoresDays', 'Scores of calls', 'After the end of a call.'],
  ['callRowsDays', 'Calls', 'After the end of a call; at least as long as its scores.'],
  ['evidenceDays', 'Sealed records of erased people', 'What the law wants kept.'],
  ['idempotencyDays', 'Keys that recognise repeats', 'How long a repeated request is recognised.'],
  [
    'backupDays',
    'Your backups',
    'How long you keep backups of the database: receipts of erasure count with it.',
  ],
  ['callFingerprintDays', 'Fingerprints of accepted calls', 'By which a recording of them is noticed.'],
  ['enrolmentJobDays', 'Batch jobs', 'After the end of a job, with its manifest and results.'],
];

const KINDS: Readonly<Record<string, string>> = {
  RETENTION_KIND_SPEAKER: 'Person',
  RETENTION_KIND_VOICEPRINTS: 'Voiceprints of a person',
  RETENTION_KIND_CALL_SCORES: 'Scores of a call',
  RETENTION_KIND_CALL: 'Call',
  RETENTION_KIND_EVIDENCE: 'Sealed record',
  RETENTION_KIND_IDEMPOTENCY_KEYS: 'Keys that recognise repeats',
  RETENTION_KIND_ENROLMENT_JOB: 'Batch job',
};

const RULES: Readonly<Record<string, string>> = {
  RETENTION_RULE_INACTIVITY: 'Not used for too long',
  RETENTION_RULE_ABSOLUTE: 'Too old, whatever the use',
  RETENTION_RULE_NOTICE: 'The limit of a notice',
  RETENTION_RULE_CONSENT_LAPSED: 'The consent ended by itself',
  RETENTION_RULE_AGE: 'Its term is over',
};

/** How long things are kept, and what is due. */
@customElement('v-retention')
export class RetentionPage extends Page {
  @state() private items: readonly Item[] | undefined;
  @state() private dry = true;
  @state() private running = false;
  @state() private error: unknown;
  #form: Form | undefined;

  readonly #policy = new Load(this, async (signal) => {
    const { policy = {}, version = 0 } = await this.api.retention.getRetentionPolicy({}, signal);
    // What was entered outlives a second reading.
    if (!this.#form) this.#makeForm(policy);
    return { policy, version };
  });

  override isUnsaved(): boolean {
    return this.#form?.touched ?? false;
  }

  protected override heading(): unknown {
    return 'Retention';
  }

  protected override body(): unknown {
    const mayWrite = this.session.may(...OFFICERS);
    return html`${mayWrite ? this.#renderRun() : nothing}
      <section class="card stack" aria-labelledby="terms">
        <h2 id="terms">Terms</h2>
        ${this.#policy.render(
          ({ policy, version }) =>
            html`<p class="quiet">
                ${version === 0 ? 'The default; none was ever set.' : `Version ${version}.`} Of several limits
                on the same data the shortest wins; a notice’s own limit is one of them.
              </p>
              ${
                mayWrite
                  ? this.#form?.render()
                  : facts(TERMS.map(([key, label]) => [label, `${policy[key] ?? 0} days`]))
              }`,
        )}
      </section>`;
  }

  #makeForm(policy: Policy): void {
    this.#form = new Form(this, {
      fields: TERMS.map(([key, label, hint]): Field => ({
        name: key,
        label: `${label}, days`,
        hint,
        kind: 'number',
        minimum: 1,
        maximum: 36500,
        api: `policy.${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      })),
      values: Object.fromEntries(TERMS.map(([key]) => [key, String(policy[key] ?? '')])),
      submit: 'Save the terms',
      check: ({ callScoresDays, callRowsDays }) =>
        Number(callRowsDays) < Number(callScoresDays)
          ? { callRowsDays: 'Calls are kept at least as long as their scores.' }
          : {},
      run: async (values, idempotencyKey) => {
        const policyOf = Object.fromEntries(TERMS.map(([key]) => [key, Number(values[key])])) as Policy;
        await this.api.retention.putRetentionPolicy({ policy: policyOf, idempotencyKey });
        say(this, 'The terms are saved, and count from the next run on.');
        await this.#policy.reload();
      },
    });
  }

  #renderRun(): unknown {
    return html`<section class="card stack" aria-labelledby="due">
      <h2 id="due">What is due</h2>
      <p>
        Retention runs by itself once a day. Look here what it would take away, before you change the terms or
        run it now.
      </p>
      <div class="row">
        <button aria-disabled=${this.running ? 'true' : nothing} @click=${() => void this.#run(true)}>
          ${this.running ? 'Please wait…' : 'Show what is due'}
        </button>
        <button class="danger" aria-disabled=${this.running ? 'true' : nothing} @click=${this.#askRun}>
          Run it now…
        </button>
      </div>
      ${this.error === undefined ? nothing : errorBox(this.error)}
      <div role="status">
        ${
          this.items
            ? html`<p>
                ${
                  this.items.length === 0
                    ? 'Nothing is due.'
                    : this.dry
                      ? `${this.items.length} due; nothing was changed.`
                      : `${this.items.length} taken away or held.`
                }
              </p>`
            : nothing
        }
      </div>
      ${this.items && this.items.length > 0 ? this.#table(this.items) : nothing}
    </section>`;
  }

  #table(items: readonly Item[]): unknown {
    return table<Item>(
      'What is due',
      [
        { head: 'What', cell: ({ kind = '' }) => KINDS[kind] ?? '–' },
        {
          head: 'Which',
          cell: ({ kind, id: which = '', count = 1 }) =>
            which === ''
              ? `${count}`
              : kind === 'RETENTION_KIND_SPEAKER' || kind === 'RETENTION_KIND_VOICEPRINTS'
                ? html`<a href=${linkTo('speakers', which)}>${id(which)}</a>`
                : id(which),
        },
        { head: 'Why', cell: ({ rule = '' }) => RULES[rule] ?? '–' },
        { head: 'Due', cell: ({ dueAt }) => day(dueAt) },
        {
          head: 'Held',
          cell: ({ held }) => (held ? tag('Held', 'warn') : this.dry ? 'No' : tag('Gone', 'good')),
        },
      ],
      items,
    );
  }

  async #run(dryRun: boolean): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.error = undefined;
    this.dry = dryRun;
    // What a look found is not what a run took away.
    this.items = undefined;
    const items: Item[] = [];
    try {
      for await (const item of this.api.retention.runRetention({ dryRun })) items.push(item);
    } catch (error) {
      this.error = error;
    }
    // A run that broke off has done what it told of.
    this.items = items;
    this.running = false;
  }

  readonly #askRun = (): void => {
    if (this.running) return;
    this.dialog.ask({
      heading: 'Run retention now',
      text: html`<p>
        What is due is taken away for good, and people are erased with a receipt. What is held stays.
      </p>`,
      fields: [],
      submit: 'Run it now',
      danger: true,
      done: 'Retention has run.',
      run: async () => {
        await this.#run(false);
        if (this.error !== undefined) throw this.error as Error;
      },
    });
  };
}
