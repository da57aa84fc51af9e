import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { GetKeysResponse, KeyEpoch } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';
import { day, moment, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { say } from '../shell/say.js';
import { facts, table } from '../shell/table.js';
import { opsStyles } from './styles.js';
import { age } from './words.js';

type Keys = Json<GetKeysResponse>;

const STATES: Readonly<Record<string, unknown>> = {
  KEY_EPOCH_STATE_ACTIVE: tag('In use', 'good'),
  KEY_EPOCH_STATE_RETIRED: tag('Retired'),
  KEY_EPOCH_STATE_DESTROYED: tag('Destroyed', 'bad'),
};

/** The tenant's keys: how old, what becomes of them, and work on them. */
@customElement('v-keys')
export class KeysPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  readonly #keys = new Load(this, (signal) => this.api.admin.getKeys({}, signal));

  protected override heading(): unknown {
    return 'Keys';
  }

  protected override body(): unknown {
    return html`<p>
        Each person has a data key; data keys are wrapped under the epoch key in use, which lives outside the
        database. After a rotation the old epoch key is destroyed when the backups from before have expired:
        then nobody can open from an old backup what was erased since.
      </p>
      ${this.#keys.render(
        (keys) =>
          html`${this.#now(keys)}
            <section class="card stack" aria-labelledby="epochs">
              <h2 id="epochs">Epochs</h2>
              ${epochs(keys.epochs ?? [])}
            </section>`,
      )}`;
  }

  #now(keys: Keys): unknown {
    const current = keys.epochs?.find(({ state }) => state === 'KEY_EPOCH_STATE_ACTIVE');
    const under = (keys.toRewrap ?? 0) + (keys.toReplace ?? 0);
    return html`<section class="card stack" aria-labelledby="now">
      <div class="spread">
        <h2 id="now">Now: epoch ${current?.epoch}</h2>
        <button @click=${() => void this.#keys.reload()}>Read again</button>
      </div>
      ${facts([
        ['Age', age(current?.createdAt)],
        ['Rotated by itself', day(keys.rotationDue)],
        ['Grows old after', `${keys.settings?.rotationDays} days`],
        ['Backups are kept for', `${keys.backupDays} days, as the retention policy says`],
        [
          'Work under way',
          under === 0
            ? 'None'
            : `${keys.toRewrap ?? 0} data keys to wrap anew, ${keys.toReplace ?? 0} to replace`,
        ],
      ])}
      ${this.session.may('ADMINISTRATOR', 'PRIVACY_OFFICER') ? this.#actions(keys) : nothing}
    </section>`;
  }

  #actions(keys: Keys): unknown {
    return html`<div class="row">
      ${
        this.session.may('ADMINISTRATOR')
          ? html`<button @click=${this.#askRotate}>Rotate now…</button>
              <button
                @click=${() => {
                  this.#askSettings(keys.settings?.rotationDays ?? 90);
                }}
              >
                Change the rotation…
              </button>`
          : nothing
      }
      <button @click=${this.#askReencrypt}>Give everybody new data keys…</button>
      ${
        this.session.may('ADMINISTRATOR')
          ? html`<button class="danger" @click=${this.#askDestroy}>Destroy expired keys…</button>`
          : nothing
      }
    </div>`;
  }

  readonly #askRotate = (): void => {
    this.dialog.ask({
      heading: 'Rotate the epoch key now?',
      text: 'A new epoch key is made. Data keys are wrapped under it in the background; calls go on meanwhile. The old key is kept until the backups from before have expired.',
      fields: [],
      submit: 'Rotate',
      run: async (_values, idempotencyKey) => {
        const { epoch } = await this.api.admin.rotateKeys({ idempotencyKey });
        say(this, `Epoch ${epoch} is in use.`);
        await this.#keys.reload();
      },
    });
  };

  #askSettings(days: number): void {
    this.dialog.ask({
      heading: 'How old may an epoch key grow?',
      fields: [
        {
          name: 'rotationDays',
          label: 'Days until it is rotated',
          kind: 'number',
          minimum: 1,
          maximum: 3650,
          initial: String(days),
          api: 'settings.rotation_days',
          hint: 'From 1 to 3650. The sooner, the sooner erased voiceprints are beyond the reach of old backups.',
        },
      ],
      submit: 'Save',
      done: 'Saved.',
      run: async ({ rotationDays = '' }, idempotencyKey) => {
        await this.api.admin.setKeySettings({
          settings: { rotationDays: Number(rotationDays) },
          idempotencyKey,
        });
        await this.#keys.reload();
      },
    });
  }

  readonly #askReencrypt = (): void => {
    this.dialog.ask({
      heading: 'Give everybody new data keys?',
      text: 'What is held of every person is encrypted anew, in the background. Do this when a data key may have become known. It takes a while with many people.',
      fields: [],
      submit: 'Encrypt anew',
      done: 'It is under way. This page tells how far it is.',
      run: async (_values, idempotencyKey) => {
        await this.api.admin.reencryptSpeakers({ idempotencyKey });
        await this.#keys.reload();
      },
    });
  };

  readonly #askDestroy = (): void => {
    this.dialog.ask({
      heading: 'Destroy expired keys?',
      text: 'Epoch keys that no backup needs any more are destroyed for good. The service does this by itself, too, soon after they expire. What is wrapped under them, nobody can open again.',
      fields: [
        {
          name: 'sure',
          label: 'Type “destroy” to confirm',
          hint: 'This cannot be undone.',
        },
      ],
      check: ({ sure = '' }) =>
        sure.trim().toLowerCase() === 'destroy' ? {} : { sure: 'Type the word destroy.' },
      submit: 'Destroy',
      danger: true,
      run: async () => {
        const { destroyedEpochs = [] } = await this.api.admin.destroyExpiredKeys({});
        say(
          this,
          destroyedEpochs.length === 0
            ? 'No key had expired; none was destroyed.'
            : `Destroyed: epoch ${destroyedEpochs.join(', ')}.`,
        );
        await this.#keys.reload();
      },
    });
  };
}

function epochs(all: readonly Json<KeyEpoch>[]): unknown {
  return table(
    'Epoch keys, the newest first',
    [
      { head: 'Epoch', number: true, cell: ({ epoch }) => epoch },
      { head: 'State', cell: ({ state }) => STATES[state ?? ''] ?? '–' },
      { head: 'Made', cell: ({ createdAt }) => moment(createdAt) },
      { head: 'Data keys under it', number: true, cell: ({ dataKeys = 0 }) => dataKeys },
      { head: 'Retired', cell: ({ retiredAt }) => day(retiredAt) },
      {
        head: 'Destroyed',
        cell: ({ destroyAfter, destroyedAt }) =>
          destroyedAt ? day(destroyedAt) : destroyAfter ? html`after ${day(destroyAfter)}` : '–',
      },
    ],
    [...all].reverse(),
  );
}
