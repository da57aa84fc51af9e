import { appendEntry, type ActingParty, type EntryType } from '../audit/index.js';
import { requestDigest, type JsonValue, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  countKeysOfEpochs,
  countKeysToReplace,
  findKeySettings,
  findSpeaker,
  insertKeyEpoch,
  listKeyEpochs,
  lockKeyring,
  markEpochDestroyed,
  once,
  putKeySettings,
  requestReencryption,
  retireKeyEpoch,
  type Database,
  type KeyEpochRow,
  type KeySettings,
  type Transaction,
} from '../storage/index.js';
import { reencryptSpeaker, usableEpoch, type Reseal } from './data-keys.js';
import { planOf } from './plan.js';
import { rewrapRest } from './rewrap.js';

/** An epoch key and what hangs on it. */
export interface KeyEpoch extends KeyEpochRow {
  /** Data keys that are wrapped under it. */
  readonly dataKeys: number;
}

/** Who has something done with the keys of a tenant. */
export type KeyActor = ActingParty & Pick<Principal, 'tenantId'>;

/** How the keys of a tenant are. */
export interface KeyStatus extends Omit<KeySettings, 'reencryptBefore'> {
  /** All there ever were, ascending. */
  readonly epochs: readonly KeyEpoch[];
  /** For how long backups of the database are kept; the retention policy says it. */
  readonly backupDays: number;
  /** When the epoch in use is to be rotated. */
  readonly rotationDue: Date;
  /** Data keys that still are to be wrapped under the epoch in use. */
  readonly toRewrap: number;
  /** Data keys that still are to be replaced by new ones. */
  readonly toReplace: number;
}

export interface KeysParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** For how long backups of the database are kept, days. */
  readonly backupDays: (tx: Transaction) => Promise<number>;
  /** One for every folder that seals under speakers' keys. */
  readonly reseals: readonly Reseal[];
}

/** The keys of the tenants: what is asked about them, and of them. The long work is done by KeyWork. */
export class Keys {
  constructor(private readonly parts: KeysParts) {}

  /** How the tenant's keys are. */
  async status(tenantId: string): Promise<KeyStatus> {
    return this.parts.database.tenant(tenantId, async (tx) => {
      const { reencryptBefore, ...settings } = await findKeySettings(tx);
      const rows = await listKeyEpochs(tx);
      const counts = await countKeysOfEpochs(tx);
      const epochs = rows.map((row) => ({ ...row, dataKeys: counts.get(row.epoch) ?? 0 }));
      const active = activeOf(rows);
      const backupDays = await this.parts.backupDays(tx);
      const toRewrap = epochs.reduce(
        (sum, { state, dataKeys }) => sum + (state === 'RETIRED' ? dataKeys : 0),
        0,
      );
      const toReplace = reencryptBefore === null ? 0 : await countKeysToReplace(tx);
      return {
        ...settings,
        epochs,
        backupDays,
        rotationDue: planOf(active, { ...settings, backupDays }).rotateBy,
        toRewrap,
        toReplace,
      };
    });
  }

  /**
   * Makes a new epoch key and wraps new data keys under it from now on. Those that there are follow in the background.
   *
   * @returns the new epoch
   * @throws KEYRING_READ_ONLY where its key must come from elsewhere first; KEY_MISSING, KEY_WRONG, KEY_SERVICE_UNAVAILABLE,
   *   IDEMPOTENCY_KEY_REUSED
   */
  async rotate(actor: KeyActor, idempotencyKey: string): Promise<number> {
    return this.#once(actor, 'RotateKeys', idempotencyKey, {}, (tx) => this.#rotate(tx, actor));
  }

  /** The epoch in use, and whether it is as old as it may grow. */
  async inUse(
    tenantId: string,
  ): Promise<{ readonly epoch: number; readonly createdAt: Date; readonly isDue: boolean }> {
    return this.parts.database.tenant(tenantId, async (tx) => {
      const active = activeOf(await listKeyEpochs(tx));
      const backupDays = await this.parts.backupDays(tx);
      const { rotateBy } = planOf(active, { ...(await findKeySettings(tx)), backupDays });
      const { epoch, createdAt } = active;
      return { epoch, createdAt, isDue: rotateBy <= this.parts.clock.now() };
    });
  }

  /**
   * Says how old epoch keys grow: the one in use, too, where receipts have not said otherwise of it.
   *
   * @param settings - from a day to 3650 days, ms
   */
  async setSettings(
    actor: KeyActor,
    settings: Omit<KeySettings, 'reencryptBefore'>,
    idempotencyKey: string,
  ): Promise<void> {
    await this.#once(actor, 'SetKeySettings', idempotencyKey, { ...settings }, async (tx) => {
      await putKeySettings(tx, settings);
      await this.#audit(tx, actor, 'KEY_SETTINGS_CHANGED', null, { ...settings });
      return null;
    });
  }

  /**
   * Puts a new data key in the place of a speaker's, and seals everything of theirs under it.
   *
   * @throws SPEAKER_NOT_FOUND, KEY_MISSING, CIPHERTEXT_INVALID, IDEMPOTENCY_KEY_REUSED
   */
  async reencrypt(actor: KeyActor, speakerId: string, idempotencyKey: string): Promise<void> {
    const { keyring, reseals } = this.parts;
    await this.#once(actor, 'ReencryptSpeakers', idempotencyKey, { speakerId }, async (tx) => {
      const speaker = await findSpeaker(tx, speakerId);
      if (speaker === null) throw new VouchError('SPEAKER_NOT_FOUND');
      const { speakerRef } = speaker;
      if (!(await reencryptSpeaker(tx, keyring, speakerRef, reseals))) throw new VouchError('KEY_MISSING');
      await this.#audit(tx, actor, 'SPEAKER_REENCRYPTED', speakerRef, {});
      return null;
    });
  }

  /** Asks for the same for all speakers that there are now; it is done in the background. */
  async reencryptAll(actor: KeyActor, idempotencyKey: string): Promise<void> {
    await this.#once(actor, 'ReencryptSpeakers', idempotencyKey, {}, async (tx) => {
      await requestReencryption(tx);
      await this.#audit(tx, actor, 'REENCRYPTION_REQUESTED', null, {});
      return null;
    });
  }

  /**
   * Destroys the epoch keys whose backups have expired; and again those that came back with an old copy of the keyring.
   *
   * @returns the epochs, ascending
   * @throws KEYRING_READ_ONLY where a key must be taken out elsewhere
   */
  async destroyExpired(actor: KeyActor): Promise<readonly number[]> {
    const { database, clock } = this.parts;
    const expired: number[] = [];
    const epochs = await database.tenant(actor.tenantId, listKeyEpochs);
    for (const { epoch, destroyAfter } of epochs) {
      // From the lowest up: a later one never goes first.
      if (destroyAfter === null || destroyAfter > clock.now()) break;
      if (await database.tenant(actor.tenantId, (tx) => this.#destroy(tx, actor, epoch))) expired.push(epoch);
    }
    return expired;
  }

  async #rotate(tx: Transaction, actor: KeyActor): Promise<number> {
    const { keyring, clock } = this.parts;
    await lockKeyring(tx);
    const from = await usableEpoch(tx, keyring);
    const to = Math.max(...(await listKeyEpochs(tx)).map(({ epoch }) => epoch)) + 1;
    // The key before the row: after a crash between them the next attempt finds it and uses it.
    await keyring.createEpoch(tx.tenantId, to);
    const checkValue = await keyring.checkValue(tx.tenantId, to);
    const now = clock.now();
    await retireKeyEpoch(tx, now);
    await insertKeyEpoch(tx, { epoch: to, checkValue, createdAt: now });
    await this.#audit(tx, actor, 'KEYS_ROTATED', null, { from, to });
    return to;
  }

  /** Whether there was anything to destroy. */
  async #destroy(tx: Transaction, actor: KeyActor, epoch: number): Promise<boolean> {
    const { keyring, clock } = this.parts;
    await lockKeyring(tx);
    const row = (await listKeyEpochs(tx)).find((each) => each.epoch === epoch);
    const held = (await keyring.epochs(tx.tenantId)).includes(epoch);
    if (row === undefined || (row.destroyedAt !== null && !held)) return false;
    // Restored since: the last moment to save them. What does not open now never will.
    if (held) await rewrapRest(tx, keyring);
    await keyring.destroyEpoch(tx.tenantId, epoch);
    if (row.destroyedAt === null) await markEpochDestroyed(tx, epoch, clock.now());
    await this.#audit(tx, actor, 'KEY_EPOCH_DESTROYED', null, { epoch });
    return true;
  }

  async #audit(
    tx: Transaction,
    actor: KeyActor,
    type: EntryType,
    subjectRef: string | null,
    body: Readonly<Record<string, JsonValue>>,
  ): Promise<void> {
    const recordedAt = this.parts.clock.now();
    await appendEntry(tx, actor, { kind: 'AUDIT', type, subjectRef, recordedAt, body });
  }

  async #once<T>(
    { tenantId }: KeyActor,
    method: string,
    key: string,
    request: JsonValue,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const { database, keyring } = this.parts;
    const digest = await requestDigest(keyring, tenantId, method, request);
    return database.tenant(tenantId, (tx) => once(tx, { method, key, digest }, () => work(tx)));
  }
}

function activeOf(rows: readonly KeyEpochRow[]): KeyEpochRow {
  const active = rows.find(({ state }) => state === 'ACTIVE');
  if (active === undefined)
    throw new VouchError('KEY_MISSING', { message: 'The tenant has no epoch key in use.' });
  return active;
}
