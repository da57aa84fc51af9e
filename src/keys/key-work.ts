import { setTimeout as sleep } from 'node:timers/promises';
import { appendEntry, type EntryType } from '../audit/index.js';
import { VouchError } from '../errors.js';
import {
  countKeysOfEpochs,
  keysToReplace,
  listKeyEpochs,
  lockKeyWork,
  settleUnusedEpochs,
  type Transaction,
} from '../storage/index.js';
import { reencryptSpeaker } from './data-keys.js';
import type { KeyActor, KeysParts } from './keys.js';
import { rewrapBatch, type RewrappedBatch } from './rewrap.js';

/** Keys that are wrapped anew in one transaction; some milliseconds of this process, and one request of a key service. */
const BATCH = 100;

/** With more data keys than that which do not open the fault is elsewhere, and no epoch key is given up for them. */
const MOST_UNREADABLE = 1000;

/** Between transactions, so that calls come first, ms. */
const PAUSE_MS = 10;

/** What one run did. */
export interface KeyWorkDone {
  readonly rewrapped: number;
  readonly replaced: number;
  /** Data keys that do not open, and were left as they are. */
  readonly unreadable: number;
  /** Another process was at it: what is left is its business. */
  readonly busy: boolean;
}

/** What a run has done so far. */
type Tally = { -readonly [Name in Exclude<keyof KeyWorkDone, 'busy'>]: KeyWorkDone[Name] };

/** Ends a run: another process is at it. */
class Busy extends Error {}

/**
 * The long work on a tenant's keys: new data keys where they were asked for, then all data keys under the epoch in use.
 * In small transactions, one process at a time; a run that was cut off is taken up by the next one, since what is done
 * stands in each row.
 */
export class KeyWork {
  constructor(private readonly parts: KeysParts) {}

  /**
   * Works until nothing is left, another process is found at it, or the signal ends it.
   *
   * @param actor - as whom the audit trail has it
   * @throws what the keyring and the database throw; the next run goes on from there
   */
  async run(actor: KeyActor, signal?: AbortSignal): Promise<KeyWorkDone> {
    const done: Tally = { rewrapped: 0, replaced: 0, unreadable: 0 };
    try {
      await this.#replaceAll(actor, done, signal);
      // A rotation in the middle of a pass leaves keys under two epochs: another pass, until one finds nothing to do.
      for (let before = -1; before < done.rewrapped && (await this.#hasWork(actor.tenantId));) {
        before = done.rewrapped;
        await this.#rewrapAll(actor, done, signal);
      }
      return { ...done, busy: false };
    } catch (error) {
      if (!(error instanceof Busy)) throw error;
      return { ...done, busy: true };
    }
  }

  /** Whether an epoch went out of use for new keys and may still wrap old ones: also one that did not open, and was restored. */
  async #hasWork(tenantId: string): Promise<boolean> {
    return this.parts.database.tenant(tenantId, async (tx) => {
      const retired = (await listKeyEpochs(tx)).filter(({ state }) => state === 'RETIRED');
      if (retired.some(({ unusedSince }) => unusedSince === null)) return true;
      const counts = await countKeysOfEpochs(tx);
      return retired.some(({ epoch }) => counts.has(epoch));
    });
  }

  async #rewrapAll(actor: KeyActor, done: Tally, signal?: AbortSignal): Promise<void> {
    const { keyring, clock, backupDays } = this.parts;
    const unreadable: string[] = [];
    for (let after: string | null = null; ;) {
      signal?.throwIfAborted();
      const from: string | null = after;
      const batch: RewrappedBatch = await this.#step(actor.tenantId, (tx) =>
        rewrapBatch(tx, keyring, from, BATCH),
      );
      done.rewrapped += batch.rewrapped;
      unreadable.push(...batch.unreadable);
      if (batch.last === null) break;
      after = batch.last;
      await sleep(PAUSE_MS);
    }
    done.unreadable = Math.max(done.unreadable, unreadable.length);
    await this.#step(actor.tenantId, async (tx) => {
      const given = unreadable.length <= MOST_UNREADABLE ? unreadable : [];
      const unused = await settleUnusedEpochs(tx, clock.now(), await backupDays(tx), given);
      const body = { unused, unreadable: unreadable.length };
      if (unused.length > 0) await this.#audit(tx, actor, 'KEYS_REWRAPPED', body);
    });
  }

  /** New data keys for all whose keys are older than the last request. */
  async #replaceAll(actor: KeyActor, done: Tally, signal?: AbortSignal): Promise<void> {
    try {
      await this.#replaceEach(actor, done, signal);
    } finally {
      const { replaced, unreadable } = done;
      if (replaced > 0)
        await this.#step(actor.tenantId, (tx) =>
          this.#audit(tx, actor, 'SPEAKERS_REENCRYPTED', { replaced, unreadable }),
        );
    }
  }

  async #replaceEach(actor: KeyActor, done: Tally, signal?: AbortSignal): Promise<void> {
    for (let after: string | null = null; ;) {
      const from: string | null = after;
      const speakers: string[] = await this.#step(actor.tenantId, (tx) => keysToReplace(tx, from, BATCH));
      for (const speakerRef of speakers) {
        signal?.throwIfAborted();
        if (await this.#replace(actor.tenantId, speakerRef)) done.replaced += 1;
        else done.unreadable += 1;
        await sleep(PAUSE_MS);
      }
      after = speakers.at(-1) ?? null;
      if (after === null) return;
    }
  }

  /** False where what is there does not open. */
  async #replace(tenantId: string, speakerRef: string): Promise<boolean> {
    const { keyring, reseals } = this.parts;
    try {
      await this.#step(tenantId, (tx) => reencryptSpeaker(tx, keyring, speakerRef, reseals));
      return true;
    } catch (error) {
      if (error instanceof VouchError && error.reason === 'CIPHERTEXT_INVALID') return false;
      throw error;
    }
  }

  async #step<T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.parts.database.tenant(tenantId, async (tx) => {
      if (!(await lockKeyWork(tx))) throw new Busy();
      return work(tx);
    });
  }

  async #audit(
    tx: Transaction,
    actor: KeyActor,
    type: EntryType,
    body: Readonly<Record<string, number | readonly number[]>>,
  ): Promise<void> {
    await appendEntry(tx, actor, {
      kind: 'AUDIT',
      type,
      subjectRef: null,
      recordedAt: this.parts.clock.now(),
      body,
    });
  }
}
