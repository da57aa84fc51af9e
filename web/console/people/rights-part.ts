import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { errorBox } from '../shell/error-box.js';
import { id } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { say } from '../shell/say.js';
import { bytesOf, download } from '../shell/download.js';
import { APPROVERS, ENROLLERS, OFFICERS } from './roles.js';
import { SpeakerPart } from './speaker-part.js';
import { zip, type ZipEntry } from './zip.js';

/** What a person may ask for, and what is kept beside their voiceprints. */
@customElement('v-rights')
export class RightsPart extends SpeakerPart {
  @property({ type: Boolean }) known = false;
  @state() private exporting = false;
  @state() private error: unknown;

  /** It reads nothing of its own. */
  protected readonly load = new Load(this, () => Promise.resolve(null));

  protected override body(): unknown {
    return html`${this.known ? this.#settings() : nothing}${this.session.may(...OFFICERS) ? this.#rights() : nothing}`;
  }

  #settings(): unknown {
    const mayAccount = this.session.may(...APPROVERS);
    const mayPhrase = this.session.may(...ENROLLERS);
    if (!mayAccount && !mayPhrase) return nothing;
    return html`<section class="card stack" aria-labelledby="settings">
      <h2 id="settings">Account and trust phrase</h2>
      <p class="quiet">
        Only a keyed hash of the account is kept, and the phrase is encrypted: neither can be read here. The
        phrase is shown to the agent of an outbound call, once, before they say it.
      </p>
      <div class="row">
        ${mayAccount ? html`<button @click=${this.#account}>Set the account…</button>` : nothing}
        ${mayPhrase ? html`<button @click=${this.#phrase}>Set the trust phrase…</button>` : nothing}
      </div>
    </section>`;
  }

  #rights(): unknown {
    return html`<section class="card stack" aria-labelledby="rights">
      <h2 id="rights">What the person may ask for</h2>
      <p>
        <strong>Export.</strong> Everything that is held of this person: a signed archive with a page that a
        person can read. Check first who asks. <br /><span class="quiet small"
          >That it was exported stands in the audit trail.</span
        >
      </p>
      ${this.error === undefined ? nothing : errorBox(this.error, () => void this.#export())}
      <p>
        <button aria-disabled=${this.exporting ? 'true' : nothing} @click=${() => void this.#export()}>
          ${this.exporting ? 'The archive is being made…' : 'Export everything'}
        </button>
      </p>
      <p>
        <strong>Erasure.</strong> The data key is destroyed and the rows are gone, in running calls too. It
        cannot be undone. An opt-out stays, and a sealed record shows that the person consented and was
        erased.
      </p>
      <p><button class="danger" @click=${this.#erase}>Erase this person…</button></p>
    </section>`;
  }

  readonly #account = (): void => {
    this.dialog.ask({
      heading: 'Set the account',
      text: html`<p>
        People of one account, such as a household, are told apart: a new voiceprint is compared with those of
        the others, and with nobody else’s.
      </p>`,
      fields: [
        {
          name: 'accountId',
          label: 'Account id',
          optional: true,
          maximumBytes: 256,
          hint: 'Empty: none.',
          api: 'account_id',
        },
      ],
      submit: 'Set',
      done: 'The account is set.',
      run: async ({ accountId = '' }, idempotencyKey) => {
        await this.api.enrolment.setSpeakerAccount({
          speakerId: this.speakerId,
          accountId: accountId.trim(),
          idempotencyKey,
        });
      },
    });
  };

  readonly #phrase = (): void => {
    this.dialog.ask({
      heading: 'Set the trust phrase',
      text: html`<p>
        Words that the person chose, for us to say first when we call them. It is good for one call.
      </p>`,
      fields: [
        {
          name: 'phrase',
          label: 'Trust phrase',
          maximumBytes: 256,
          hint: 'Another than before: somebody may have heard it.',
        },
      ],
      submit: 'Keep the phrase',
      done: 'The phrase is kept.',
      run: async ({ phrase }, idempotencyKey) => {
        await this.api.enrolment.setTrustPhrase({ speakerId: this.speakerId, phrase, idempotencyKey });
      },
    });
  };

  async #export(): Promise<void> {
    if (this.exporting) return;
    this.exporting = true;
    this.error = undefined;
    try {
      const files: { name: string; pieces: Uint8Array<ArrayBuffer>[] }[] = [];
      for await (const { file, data } of this.api.consent.exportSpeakerData({ speakerId: this.speakerId })) {
        if (file) files.push({ name: file.name ?? 'file', pieces: [] });
        if (data) files.at(-1)?.pieces.push(bytesOf(data));
      }
      download('person.zip', 'application/zip', zip(await Promise.all(files.map(joined))));
      say(this, 'The archive is in your downloads. Hand it over safely, then delete it.');
    } catch (error) {
      this.error = error;
    }
    this.exporting = false;
  }

  readonly #erase = (): void => {
    this.dialog.ask({
      heading: 'Erase this person',
      text: html`<p>
          Everything of ${id(this.speakerId)} is destroyed: voiceprints, consent, decisions, claims. It cannot
          be undone.
        </p>
        <p class="quiet">Asked for a copy first? Export it before.</p>`,
      fields: [
        {
          name: 'typed',
          label: 'Type the speaker id to confirm',
          hint: html`To the letter: ${id(this.speakerId)}`,
        },
        {
          name: 'onBehalfOf',
          label: 'On whose behalf',
          optional: true,
          maximumBytes: 256,
          hint: 'Never the person’s own id.',
        },
      ],
      submit: 'Erase',
      danger: true,
      done: 'The person is erased.',
      check: ({ typed = '' }) =>
        typed.normalize() === this.speakerId.normalize()
          ? {}
          : { typed: 'This is not the id of this person.' },
      run: async ({ onBehalfOf }, idempotencyKey) => {
        const { receipt } = await this.api.consent.eraseSpeaker({
          speakerId: this.speakerId,
          onBehalfOf,
          idempotencyKey,
        });
        this.dispatchEvent(
          new CustomEvent('vouch-erased', { detail: receipt, bubbles: true, composed: true }),
        );
        this.changed();
      },
    });
  };
}

async function joined({
  name,
  pieces,
}: {
  name: string;
  pieces: Uint8Array<ArrayBuffer>[];
}): Promise<ZipEntry> {
  return { name, bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()) };
}
