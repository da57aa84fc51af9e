import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type {
  CreateTransferKeyResponse,
  ExportSummary,
  ImportSummary,
  LeftOutSpeaker,
  TransferKey,
} from '../../../src/gen/vouch/v1/transfer.js';
import type { Json } from '../../shared/json.js';
import { bytesOf, download } from '../shell/download.js';
import { chosenFile } from '../shell/field.js';
import { Form } from '../shell/form.js';
import { count, id, moment } from '../shell/format.js';
import { Page } from '../shell/page.js';
import { linkTo } from '../shell/router.js';
import { say } from '../shell/say.js';
import { facts, table } from '../shell/table.js';
import { pieces } from './pieces.js';
import { checked, fingerprint, readKey } from './transfer-key.js';
import { leftOutWord } from './words.js';

interface Key {
  readonly made: Json<CreateTransferKeyResponse>;
  readonly fingerprint: string;
}

interface Sealed {
  readonly summary: Json<ExportSummary>;
  readonly leftOut: readonly Json<LeftOutSpeaker>[];
  readonly fingerprint: string;
}

interface TakenIn {
  readonly summary: Json<ImportSummary>;
  readonly leftOut: readonly Json<LeftOutSpeaker>[];
}

/** Speakers from one installation to another: sealed there for a key of here. */
@customElement('v-transfer')
export class TransferPage extends Page {
  @state() private key: Key | undefined;
  @state() private sealed: Sealed | undefined;
  @state() private takenIn: TakenIn | undefined;

  readonly #receive = new Form(this, {
    fields: [
      {
        name: 'days',
        label: 'How many days it lives',
        kind: 'number',
        minimum: 1,
        maximum: 90,
        initial: '7',
        api: 'days',
        hint: 'With its end, every file that was sealed for it is unreadable, wherever it lies.',
      },
    ],
    submit: 'Make a key',
    run: async ({ days }, idempotencyKey) => {
      const made = await this.api.transfer.createTransferKey({ days: Number(days), idempotencyKey });
      this.key = { made, fingerprint: await fingerprint(made.key) };
    },
  });

  readonly #send = new Form(this, {
    fields: [
      {
        name: 'key',
        label: 'The other side’s key',
        kind: 'file',
        accept: '.json,application/json',
        hint: 'As they made it, with “Make a key” or vouch speakers receive-key.',
      },
      {
        name: 'fingerprint',
        label: 'Its fingerprint, as they told it',
        hint: 'Over another way than the file: whoever exchanges the key reads everybody’s voiceprint.',
      },
    ],
    submit: 'Seal all speakers',
    run: async ({ fingerprint: told = '' }) => {
      this.sealed = undefined;
      const key = await readKey(chosenFile(this, 'key'));
      await this.#seal(key, checked(await fingerprint(key), told));
    },
  });

  readonly #take = new Form(this, {
    fields: [
      {
        name: 'sender',
        label: 'The sender’s public key',
        kind: 'file',
        accept: '.pem',
        api: 'start.exporter_public_key_pem',
        hint: 'A file that somebody else signed is not taken.',
      },
      { name: 'sealed', label: 'The sealed file', kind: 'file', accept: '.sealed' },
    ],
    submit: 'Take them in',
    run: async () => {
      this.takenIn = undefined;
      await this.#takeIn();
    },
  });

  protected override heading(): unknown {
    return 'Moving speakers';
  }

  protected override body(): unknown {
    return html`<p>
        From another installation of this service to this one, or from here to there; for the same controller
        only, since consent that was given to one company is none for another. Whoever is in a file is named
        in the audit trail of both sides.
      </p>
      <section class="card stack" aria-labelledby="receive">
        <h2 id="receive">1. Receiver: a key</h2>
        <p>Its public half goes to the sender. The secret one stays here, sealed.</p>
        ${this.#receive.render()}
        <div role="status">${this.key ? keyMade(this.key) : nothing}</div>
      </section>
      <section class="card stack" aria-labelledby="send">
        <h2 id="send">2. Sender: all speakers, sealed for that key</h2>
        <p>
          What they said to which notice, and their voiceprints where Verify stands. Whoever is held,
          restricted or objects stays behind. The receiver needs your public key, too, over a way on which
          nobody can exchange it.
        </p>
        ${this.#publicKey.render()}${this.#send.render()}
        <div role="status" class="stack">${this.sealed ? shownSealed(this.sealed) : nothing}</div>
      </section>
      <section class="card stack" aria-labelledby="take">
        <h2 id="take">3. Receiver: take them in</h2>
        <p>
          Each at once, or not at all. Whoever is known here already stays as they are, so a file that broke
          off may be sent again. Record <a href=${linkTo('speakers')}>opt-outs</a> of your own lists before.
        </p>
        ${this.#take.render()}
        <div role="status" class="stack">${this.takenIn ? shownTakenIn(this.takenIn) : nothing}</div>
      </section>
      <p class="quiet">Both delete the file afterwards; the sender erases what is not to be kept twice.</p>`;
  }

  /** The key that our sealed files are signed with is that of the audit trail's anchors. */
  readonly #publicKey = new Form(this, {
    fields: [],
    submit: 'Save our public key',
    run: async () => {
      const { publicKey = '' } = await this.api.admin.getAnchor({});
      download('vouch-public-key.pem', 'application/x-pem-file', [publicKey]);
      say(this, 'The public key is in your downloads.');
    },
  });

  async #seal(key: Json<TransferKey>, seen: string): Promise<void> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const leftOut: Json<LeftOutSpeaker>[] = [];
    for await (const part of this.api.transfer.exportSpeakers({ key })) {
      if (part.data) parts.push(bytesOf(part.data));
      if (part.leftOut) leftOut.push(part.leftOut);
      // Without the summary the file is not whole, and nobody is handed it.
      if (!part.summary) continue;
      download('speakers.sealed', 'application/octet-stream', parts);
      this.sealed = { summary: part.summary, leftOut, fingerprint: seen };
      say(this, 'The sealed file is in your downloads.');
    }
  }

  async #takeIn(): Promise<void> {
    const sender = chosenFile(this, 'sender');
    const sealed = chosenFile(this, 'sealed');
    if (!sender || !sealed) return;
    const start = { exporterPublicKeyPem: await sender.text() };
    const leftOut: Json<LeftOutSpeaker>[] = [];
    for await (const part of this.api.transfer.importSpeakers(pieces(start, sealed))) {
      if (part.leftOut) leftOut.push(part.leftOut);
      if (part.summary) this.takenIn = { summary: part.summary, leftOut };
    }
  }
}

function keyMade({ made: { key, expiresAt }, fingerprint: print }: Key): unknown {
  return html`<div class="notice-box good stack">
    <p>
      The key is made. Send its file to the other side, and read the fingerprint to them over another way.
    </p>
    ${facts([
      ['Fingerprint', html`<code>${print}</code>`],
      ['Good until', moment(expiresAt)],
    ])}
    <p>
      <button
        @click=${() => {
          download('key.json', 'application/json', [`${JSON.stringify(key, null, 2)}\n`]);
        }}
      >
        Download the key
      </button>
    </p>
  </div>`;
}

function shownSealed({ summary, leftOut, fingerprint: print }: Sealed): unknown {
  return html`<div class="notice-box good stack">
      <p>The sealed file is whole, and in your downloads as speakers.sealed.</p>
      ${facts([
        ['In it', count(summary.speakers, 'speaker')],
        ['With voiceprints', summary.withVoiceprints ?? 0],
        ['Left out', summary.leftOut ?? 0],
        ['Sealed for', html`<code>${print}</code>`],
      ])}
    </div>
    ${shownLeftOut(leftOut)}`;
}

function shownTakenIn({ summary, leftOut }: TakenIn): unknown {
  return html`<div class="notice-box good stack">
      <p>The file was read to its end.</p>
      ${facts([
        ['Here now', count(summary.speakers, 'speaker')],
        ['Their voiceprints', summary.voiceprints ?? 0],
        ['Left out', summary.leftOut ?? 0],
      ])}
    </div>
    ${shownLeftOut(leftOut)}`;
}

function shownLeftOut(leftOut: readonly Json<LeftOutSpeaker>[]): unknown {
  if (leftOut.length === 0) return nothing;
  return table<Json<LeftOutSpeaker>>(
    'Who was left out, and why',
    [
      {
        head: 'Left out',
        cell: ({ speakerId }) =>
          speakerId ? html`<a href=${linkTo('speakers', speakerId)}>${id(speakerId)}</a>` : 'Cannot be told',
      },
      { head: 'Why', cell: ({ reason }) => leftOutWord(reason) },
    ],
    leftOut,
  );
}
