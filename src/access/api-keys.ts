import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { newApiKeySecret, requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  actorOf,
  getApiKey,
  insertApiKey,
  listApiKeys,
  once,
  revokeApiKey,
  type ApiKeyRow,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { isId, textFault } from './text.js';

const DAY_MS = 86_400_000;
const LABEL_BYTES = 256;

export interface NewApiKey {
  /** What it is for: 1 to 256 bytes. */
  readonly label: string;
  /** At least one. */
  readonly roles: readonly Role[];
  /** In whose name it acts. */
  readonly actorId: string;
  /** How long it lives. */
  readonly days: number;
}

/** A key that was made; the secret is null for a repeat of the request, since it is nowhere any more. */
export interface CreatedApiKey {
  readonly apiKey: ApiKeyRow;
  readonly secret: string | null;
}

/** The keys by which programs of a tenant authenticate. */
export class ApiKeys {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Makes a key, once for the idempotency key. Throws IDEMPOTENCY_KEY_REUSED; FIELD_REQUIRED, FIELD_INVALID, ID_INVALID. */
  async create(principal: Principal, asked: NewApiKey, idempotencyKey: string): Promise<CreatedApiKey> {
    const { tenantId } = principal;
    const method = 'CreateApiKey';
    const { label, actorId, days } = asked;
    if (label === '') throw new VouchError('FIELD_REQUIRED', { field: 'label' });
    if (textFault(label, LABEL_BYTES) !== null) throw new VouchError('FIELD_INVALID', { field: 'label' });
    if (!isId(actorId)) throw new VouchError('ID_INVALID', { field: 'actor_id' });
    const request = { label, roles: [...asked.roles], actorId, days };
    const digest = await requestDigest(this.keyring, tenantId, method, request);
    return this.database.tenant(tenantId, async (tx) => {
      let secret: string | null = null;
      const keyId = await once(tx, { method, key: idempotencyKey, digest }, async () => {
        const made = await this.#create(tx, principal, asked);
        secret = made.secret;
        return made.keyId;
      });
      return { apiKey: await existing(tx, keyId), secret };
    });
  }

  /** All keys of the tenant, those that have ended, too; the newest first. */
  async list({ tenantId }: Principal): Promise<readonly ApiKeyRow[]> {
    return this.database.tenant(tenantId, listApiKeys);
  }

  /** Ends a key: no replica takes it a second later. Once is enough. Throws API_KEY_NOT_FOUND. */
  async revoke(principal: Principal, keyId: string): Promise<ApiKeyRow> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const at = this.clock.now();
      if (await revokeApiKey(tx, keyId, at)) {
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'API_KEY_REVOKED',
          subjectRef: null,
          recordedAt: at,
          body: { keyId },
        });
      }
      return existing(tx, keyId);
    });
  }

  async #create(tx: Transaction, principal: Principal, asked: NewApiKey) {
    const { label, actorId, days } = asked;
    const roles = [...new Set(asked.roles)];
    const { secret, hash, prefix } = newApiKeySecret();
    const keyId = randomUUID();
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + days * DAY_MS);
    const creator = await actorOf(tx, principal);
    await insertApiKey(tx, { keyId, hash, prefix, label, roles, actorId, createdAt, creator, expiresAt });
    await appendEntry(tx, principal, {
      kind: 'AUDIT',
      type: 'API_KEY_CREATED',
      subjectRef: null,
      onBehalfOf: actorId,
      recordedAt: createdAt,
      body: { keyId, prefix, roles, expiresAt: expiresAt.toISOString() },
    });
    return { keyId, secret };
  }
}

async function existing(tx: Transaction, keyId: string): Promise<ApiKeyRow> {
  const row = await getApiKey(tx, keyId);
  if (row === null) throw new VouchError('API_KEY_NOT_FOUND', { field: 'key_id' });
  return row;
}
