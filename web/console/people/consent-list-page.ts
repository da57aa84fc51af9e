import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError, fieldProblem } from '../../shared/api-error.js';
import { download } from '../shell/download.js';
import { chosenFile } from '../shell/field.js';
import type { FormOptions, Values } from '../shell/form.js';
import { count, id, tag } from '../shell/format.js';
import { linkTo } from '../shell/router.js';
import { facts, table } from '../shell/table.js';
import { wordsFor, wordsForReason } from '../shell/words.js';
import { csvLine, readCsv } from './csv.js';
import type { Wording } from './notices.js';
import { listFields, requestOf } from './record-form.js';
import { RecordPage } from './record-page.js';

const NEEDED = ['speaker', 'occurred_at', 'evidence_type', 'evidence_reference'];
const KNOWN = [...NEEDED, 'evidence_sha256', 'expires_at'];
const REPORT_COLUMNS = ['row', 'speaker', 'event_id', 'retroactive', 'reason', 'field'] as const;

/** Entries that are under way at once: the chain takes them one after the other anyway. */
const AT_ONCE = 6;

/** Refusals that lie in a row; whatever else ends the import, to be taken up again. */
const OF_A_ROW = new Set(['INVALID_ARGUMENT', 'FAILED_PRECONDITION', 'NOT_FOUND', 'ALREADY_EXISTS']);

type Told = Record<(typeof REPORT_COLUMNS)[number], string> & { readonly words: string };

/** Consents that were given before, from a list: each is recorded as if it were entered by hand. */
@customElement('v-consent-list')
export class ConsentListPage extends RecordPage {
  @state() private told: readonly Told[] = [];
  @state() private rows = 0;

  protected override readonly secondHeading = 'Who said so, and what';

  protected override heading(): unknown {
    return 'Consents from a list';
  }

  protected override formOf(wording: Wording): Pick<FormOptions, 'fields' | 'run' | 'submit'> {
    return {
      fields: listFields(wording.notice),
      submit: 'Record them all',
      run: async (entered) => {
        const rows = await this.#read();
        this.told = [];
        this.rows = rows.length;
        for (let at = 0; at < rows.length; at += AT_ONCE) {
          const some = rows.slice(at, at + AT_ONCE);
          const told = await Promise.all(
            some.map((row, index) => this.#record(wording, entered, row, at + index + 1)),
          );
          this.told = [...this.told, ...told];
        }
      },
    };
  }

  async #read(): Promise<Record<string, string>[]> {
    const rows = readCsv((await chosenFile(this, 'list')?.text()) ?? '');
    if (!rows) throw fieldProblem('list', 'This is no CSV file with a heading.');
    const names = Object.keys(rows[0] ?? {});
    const wrong = names.find((name) => !KNOWN.includes(name)) ?? NEEDED.find((name) => !names.includes(name));
    if (wrong === undefined) return rows;
    throw fieldProblem('list', `The column ${wrong} is ${names.includes(wrong) ? 'not known' : 'missing'}.`);
  }

  async #record(wording: Wording, entered: Values, row: Record<string, string>, at: number): Promise<Told> {
    const told = { row: String(at), speaker: row['speaker'] ?? '', event_id: '', retroactive: '' };
    try {
      const request = requestOfRow(wording, entered, row);
      const { eventId = '', retroactive } = await this.api.consent.recordConsent({
        ...request,
        idempotencyKey: await keyOf(request),
      });
      const words = retroactive ? 'Recorded, marked as entered late' : 'Recorded';
      return {
        ...told,
        event_id: eventId,
        retroactive: retroactive ? 'yes' : 'no',
        reason: '',
        field: '',
        words,
      };
    } catch (error) {
      if (!(error instanceof ApiError) || !OF_A_ROW.has(error.status)) throw error;
      const { reason, more } = error;
      return { ...told, reason, field: more.field ?? '', words: wordsFor(error) };
    }
  }

  protected override belowForm(): unknown {
    if (this.rows === 0) return nothing;
    const failed = this.told.filter(({ reason }) => reason !== '');
    return html`<div class="stack">
      <div>
        <label for="done">${this.told.length} of ${count(this.rows, 'row')} have their result</label>
        <progress id="done" max=${this.rows} .value=${this.told.length}></progress>
      </div>
      <div role="status">
        ${
          this.told.length < this.rows
            ? nothing
            : facts([
                ['Recorded', this.rows - failed.length],
                ['Not recorded', failed.length],
              ])
        }
      </div>
      ${failed.length === 0 ? nothing : failures(failed)}
      <p>
        <button type="button" @click=${this.#report}>Download the report</button>
      </p>
    </div>`;
  }

  readonly #report = (): void => {
    const lines = this.told.map((told) => csvLine(REPORT_COLUMNS.map((column) => told[column])));
    download('consents.csv', 'text/csv', [csvLine(REPORT_COLUMNS), ...lines]);
  };
}

function failures(failed: readonly Told[]): unknown {
  return table<Told>(
    'Rows that were not recorded',
    [
      { head: 'Row', number: true, cell: ({ row }) => row },
      {
        head: 'Speaker',
        cell: ({ speaker }) => html`<a href=${linkTo('speakers', speaker)}>${id(speaker)}</a>`,
      },
      {
        head: 'Why',
        cell: ({ words, reason }) => html`${tag('Not recorded', 'bad')} ${words || wordsForReason(reason)}`,
      },
    ],
    failed,
  );
}

function requestOfRow(wording: Wording, entered: Values, row: Record<string, string>) {
  try {
    const said = new Date(row['occurred_at'] ?? '');
    const values = {
      ...entered,
      speakerId: row['speaker'] ?? '',
      occurredAt: said.toISOString(),
      evidenceType: row['evidence_type'] ?? '',
      evidence: row['evidence_reference'] ?? '',
      evidenceSha256: row['evidence_sha256'] ?? '',
      expiresAt: row['expires_at'] ?? '',
    };
    return requestOf(wording, values, said);
  } catch {
    throw fieldProblem('occurred_at', 'A time of this row is none: write it like 2025-02-03T10:00:00Z.');
  }
}

/** It follows from what is asked, so that a list that is brought again does nothing twice. */
async function keyOf(request: unknown): Promise<string> {
  const asked = new TextEncoder().encode(JSON.stringify(request));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', asked));
  return `list ${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
