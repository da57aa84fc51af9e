import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { AuditAnchor, VerifyAuditResponse } from '../../../src/gen/vouch/v1/audit.js';
import { fieldProblem } from '../../shared/api-error.js';
import type { Json } from '../../shared/json.js';
import { download } from '../shell/download.js';
import { errorBox } from '../shell/error-box.js';
import { Form } from '../shell/form.js';
import { moment } from '../shell/format.js';
import { Page } from '../shell/page.js';
import { say } from '../shell/say.js';
import { facts } from '../shell/table.js';
import { problemWords } from './audit-words.js';
import { entriesTable } from './entries-table.js';
import { opsStyles } from './styles.js';

interface Result {
  readonly found: Json<VerifyAuditResponse>;
  readonly at: string;
}

/** Follows the whole trail, shows what came of it, and gives anchors to keep elsewhere. */
@customElement('v-audit-check')
export class AuditCheckPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #result: Result | undefined;
  #anchorError: unknown;
  #busy = false;

  readonly #check = new Form(this, {
    fields: [
      {
        name: 'anchor',
        label: 'An anchor from before',
        kind: 'textarea',
        optional: true,
        rows: 4,
        api: 'anchor',
        hint: 'The content of an anchor file. Without one, a cut tail or a trail written anew cannot be told.',
      },
    ],
    submit: 'Check the trail',
    run: async ({ anchor = '' }) => {
      this.#result = undefined;
      const request = anchor.trim() === '' ? {} : { anchor: readAnchor(anchor) };
      const found = await this.api.admin.verifyAudit(request);
      this.#result = { found, at: new Date().toISOString() };
    },
  });

  protected override heading(): unknown {
    return 'Trail check';
  }

  protected override body(): unknown {
    return html`<p>
        Every entry of the trail holds the hash of the one before. The check follows all of them and names the
        first that was changed, deleted, moved or forged. It is itself recorded.
      </p>
      <section class="card stack" aria-labelledby="check">
        <h2 id="check">Check the trail</h2>
        ${this.#check.render()}
        <div role="status" class="stack">${this.#result ? shown(this.#result) : nothing}</div>
      </section>
      <section class="card stack" aria-labelledby="anchor">
        <h2 id="anchor">Anchor</h2>
        <p>
          An anchor is a signed place in the trail. Keep it where whoever runs the database cannot reach it: a
          later check against it shows whether the trail still passes that place.
        </p>
        ${this.#anchorError === undefined ? nothing : errorBox(this.#anchorError, () => void this.#saveAnchor())}
        <p>
          <button aria-disabled=${this.#busy ? 'true' : nothing} @click=${() => void this.#saveAnchor()}>
            Save an anchor of now
          </button>
        </p>
      </section>`;
  }

  async #saveAnchor(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#anchorError = undefined;
    this.requestUpdate();
    try {
      const { anchor, publicKey } = await this.api.admin.getAnchor({});
      const name = `audit-anchor-${anchor?.position}.json`;
      download(name, 'application/json', [`${JSON.stringify({ anchor, publicKey }, null, 1)}\n`]);
      say(this, `The anchor of entry ${anchor?.position} is in the file ${name}.`);
    } catch (error) {
      this.#anchorError = error;
    }
    this.#busy = false;
    this.requestUpdate();
  }
}

function shown({ found, at }: Result): unknown {
  const problem = problemWords(found.problem);
  if (problem === undefined)
    return html`<div class="notice-box good stack">
      <p><strong>The trail is whole.</strong> All ${found.position} entries are as they were recorded.</p>
      ${facts([
        ['Checked', moment(at)],
        ['Newest entry', found.position],
        ['Its hash', html`<span class="mono small">${hex(found.headHash)}</span>`],
        [
          'Anchor',
          found.anchoredPosition
            ? `The trail passes it, at entry ${found.anchoredPosition}`
            : 'None was given',
        ],
      ])}
    </div>`;
  return html`<div class="notice-box bad stack">
    <p><strong>The trail is not whole, from entry ${found.position} on.</strong> ${problem}</p>
    <p>Keep the database as it is, tell whoever answers for data protection, and compare with a backup.</p>
    ${found.entry ? entriesTable([found.entry]) : nothing}
  </div>`;
}

/** An anchor as it was saved, or the anchor alone. Throws ApiError. */
function readAnchor(text: string): Json<AuditAnchor> {
  try {
    const read = JSON.parse(text) as { anchor?: Json<AuditAnchor> } & Json<AuditAnchor>;
    const anchor = read.anchor ?? read;
    if (typeof anchor.signature === 'string') return anchor;
  } catch {
    // As below.
  }
  throw fieldProblem(
    'anchor',
    'This is no anchor. Paste the whole content of an anchor file, from the first brace to the last.',
  );
}

function hex(base64: string | undefined): string {
  return Array.from(atob(base64 ?? ''), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
