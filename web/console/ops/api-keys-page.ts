import { html, nothing, type CSSResultGroup } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { ApiKey, CreateApiKeyResponse } from '../../../src/gen/vouch/v1/access.js';
import type { Json } from '../../shared/json.js';
import { day, id, plain, tag } from '../shell/format.js';
import { Load } from '../shell/load.js';
import { Page } from '../shell/page.js';
import { say } from '../shell/say.js';
import { ROLE_WORDS } from '../shell/session.js';
import { table } from '../shell/table.js';
import { opsStyles } from './styles.js';
import { wide } from './wide.js';

type Key = Json<ApiKey>;

const ROLES: readonly (readonly [string, string])[] = Object.entries(ROLE_WORDS).map(([role, words]) => [
  `ROLE_${role}`,
  words,
]);

/** The keys by which programs authenticate: made, shown once, revoked. */
@customElement('v-api-keys')
export class ApiKeysPage extends Page {
  static override readonly styles: CSSResultGroup = [Page.styles, opsStyles];

  #made: Json<CreateApiKeyResponse> | undefined;

  readonly #keys = new Load(this, async (signal) => {
    const { apiKeys = [] } = await this.api.admin.listApiKeys({}, signal);
    return apiKeys;
  });

  protected override heading(): unknown {
    return 'API keys';
  }

  protected override body(): unknown {
    const may = this.session.may('ADMINISTRATOR');
    return html`<p>
        Programs authenticate with a key, each with one of its own and as few roles as will do. A key is shown
        once, when it is made; the service keeps only its hash.
      </p>
      ${
        this.session.who?.development
          ? html`<div class="notice-box warn">
              <p>
                This service runs for development and believes whoever one says that one is. Keys count once
                it is started with <code>VOUCH_API_KEYS=on</code>.
              </p>
            </div>`
          : nothing
      }
      <div role="status">${this.#made ? this.#secret(this.#made) : nothing}</div>
      <section class="card stack" aria-labelledby="keys">
        <div class="spread">
          <h2 id="keys">Keys</h2>
          ${may ? html`<button class="primary" @click=${this.#askMake}>Make a key…</button>` : nothing}
        </div>
        ${this.#keys.render((keys) =>
          keys.length === 0
            ? html`<div class="empty">
                <p>There is no key yet.</p>
                <p class="quiet">
                  ${may ? 'Make one for each program that calls the service.' : 'An administrator makes them.'}
                </p>
              </div>`
            : this.#table(keys, may),
        )}
      </section>`;
  }

  #secret({ apiKey, secret }: Json<CreateApiKeyResponse>): unknown {
    return html`<div class="notice-box warn stack">
      <p>
        <strong>The key for ${id(apiKey?.label)}.</strong> Copy it now, to where the program reads its secrets
        from: it is never shown again.
      </p>
      <p><code class="secret">${secret}</code></p>
      <div class="row">
        <button @click=${() => void this.#copy(secret ?? '')}>Copy the key</button>
        <button
          @click=${() => {
            this.#made = undefined;
            this.requestUpdate();
            void this.focusHeading();
          }}
        >
          I have stored it
        </button>
      </div>
    </div>`;
  }

  async #copy(secret: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(secret);
      say(this, 'The key is in the clipboard.');
    } catch {
      say(this, 'The browser did not let us: mark the key and copy it by hand.');
    }
  }

  #table(keys: readonly Key[], may: boolean): unknown {
    return wide(
      'API keys',
      table<Key>(
        'API keys, the newest first',
        [
          {
            head: 'For',
            cell: ({ label, prefix }) =>
              html`${id(label)}
                <div class="mono small quiet">${prefix}…</div>`,
          },
          { head: 'State', cell: state },
          { head: 'Roles', cell: ({ roles = [] }) => roles.map((role) => plain(role, 'ROLE_')).join(', ') },
          { head: 'Acts as', cell: ({ actorId }) => id(actorId) },
          { head: 'Made', cell: ({ createdAt, createdBy }) => html`${day(createdAt)} by ${id(createdBy)}` },
          {
            head: 'Last used',
            cell: ({ lastUsedOn = '' }) => (lastUsedOn === '' ? 'Never' : day(lastUsedOn)),
          },
          ...(may
            ? [
                {
                  head: 'Action',
                  cell: (key: Key) =>
                    isAlive(key)
                      ? html`<button
                          class="danger"
                          aria-label="Revoke the key for ${key.label ?? ''}…"
                          @click=${() => {
                            this.#askRevoke(key);
                          }}
                        >
                          Revoke…
                        </button>`
                      : '–',
                },
              ]
            : []),
        ],
        keys,
        ({ keyId = '' }) => keyId,
      ),
    );
  }

  readonly #askMake = (): void => {
    this.dialog.ask({
      heading: 'Make a key',
      fields: [
        {
          name: 'label',
          label: 'What is it for?',
          maximumBytes: 256,
          hint: 'For example: agent desktop, production.',
        },
        {
          name: 'actorId',
          label: 'In whose name does it act?',
          maximumBytes: 256,
          api: 'actor_id',
          hint: 'A system, as rows and the audit trail name it. All media servers of one platform share one.',
        },
        {
          name: 'roles',
          label: 'What may it do?',
          kind: 'choices',
          options: ROLES,
          hint: 'As few as will do, and nothing that you may not do yourself.',
        },
        {
          name: 'days',
          label: 'How long does it live, days?',
          kind: 'number',
          minimum: 1,
          maximum: 3650,
          initial: '365',
          hint: 'From 1 to 3650. Make the next one before it ends.',
        },
      ],
      submit: 'Make the key',
      run: async ({ label = '', actorId = '', roles = '', days = '' }, idempotencyKey) => {
        this.#made = await this.api.admin.createApiKey({
          label: label.trim(),
          actorId: actorId.trim(),
          roles: roles.split(' ') as 'ROLE_AGENT'[],
          days: Number(days),
          idempotencyKey,
        });
        await this.#keys.reload();
      },
    });
  };

  #askRevoke({ keyId = '', label, actorId }: Key): void {
    this.dialog.ask({
      heading: 'Revoke this key?',
      text: html`Whoever uses the key for ${id(label)} (${id(actorId)}) is refused from now on. This cannot be
      undone: make another key instead.`,
      fields: [],
      submit: 'Revoke',
      danger: true,
      done: 'The key is revoked.',
      run: async () => {
        await this.api.admin.revokeApiKey({ keyId });
        await this.#keys.reload();
      },
    });
  }
}

function isAlive({ revokedAt, expiresAt }: Key): boolean {
  return !revokedAt && new Date(expiresAt ?? 0).getTime() > Date.now();
}

function state(key: Key): unknown {
  if (key.revokedAt) return html`${tag('Revoked', 'bad')} <span class="small">${day(key.revokedAt)}</span>`;
  if (!isAlive(key)) return html`${tag('Ended', 'bad')} <span class="small">${day(key.expiresAt)}</span>`;
  return html`${tag('Good', 'good')} <span class="small">until ${day(key.expiresAt)}</span>`;
}
