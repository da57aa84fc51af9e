import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { HeldState, SpeakerState } from '../domain/rights.js';
import {
  deleteBesideVoiceprints,
  deleteQuarantined,
  deleteSpeakerState,
  findOptOuts,
  findSpeakerStates,
  insertSpeakerState,
  lockSpeaker,
  once,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { loadConsent, SPEAKER_ID_HASH } from './load.js';

/** A state to set or to lift. */
export interface SpeakerStateInput {
  readonly speakerId: string;
  readonly state: SpeakerState;
  /** True sets it, false lifts it. */
  readonly inForce: boolean;
  /** Why, as the tenant's own files know it: a file number, nobody's name. It stands in the chain for good. */
  readonly reference: string;
  readonly idempotencyKey: string;
}

/**
 * States that hold for people whatever they consented to: the one place where they are set, lifted and asked. They are
 * found by the keyed hash of the id, so that they hold for somebody who is not known (yet, or any more).
 */
export class SpeakerStates {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Sets or lifts a state, and records it whether or not it changes anything.
   *
   * @returns the states that hold now
   * @throws IDEMPOTENCY_KEY_REUSED
   */
  async set(principal: Principal, input: SpeakerStateInput): Promise<readonly HeldState[]> {
    const { tenantId } = principal;
    const { speakerId, state, inForce, reference, idempotencyKey: key } = input;
    const idHash = await this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
    const method = 'SetSpeakerState';
    const asked = { speakerId, state, inForce, reference };
    const digest = await requestDigest(this.keyring, tenantId, method, asked);
    return this.database.tenant(tenantId, async (tx) => {
      await once(tx, { method, key, digest }, async () => {
        const known = await lockSpeaker(tx, speakerId);
        const [tombstone] = known === null ? await findOptOuts(tx, [idHash]) : [];
        const since = this.clock.now();
        const freed = state === 'LEGAL_HOLD' && !inForce && known !== null;
        const voiceprintsErased = freed ? await deleteEnded(tx, known.speakerRef, idHash, since) : 0;
        const { position } = await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: inForce ? 'SPEAKER_STATE_SET' : 'SPEAKER_STATE_LIFTED',
          subjectRef: known?.speakerRef ?? tombstone?.subjectRef ?? randomUUID(),
          recordedAt: since,
          body: { state, reference, ...(freed && { voiceprintsErased }) },
        });
        if (inForce) await insertSpeakerState(tx, { idHash, state, since, chainPosition: position });
        else await deleteSpeakerState(tx, idHash, state);
        return null;
      });
      return speakerStates(tx, idHash);
    });
  }

  /** The states that hold for a speaker, known or not. */
  async of(tenantId: string, speakerId: string): Promise<readonly HeldState[]> {
    const idHash = await this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
    return this.database.tenant(tenantId, (tx) => speakerStates(tx, idHash));
  }
}

/** As SpeakerStates.of, within a transaction, by the keyed hash of the id. */
export async function speakerStates(tx: Transaction, idHash: Buffer): Promise<readonly HeldState[]> {
  return (await findSpeakerStates(tx, [idHash])).map(({ state, since }) => ({ state, since }));
}

/** Deletes what consent ended under a hold; how many voiceprints. */
async function deleteEnded(tx: Transaction, speakerRef: string, idHash: Buffer, now: Date): Promise<number> {
  const { purposes } = (await loadConsent(tx, { speakerRef, idHash }, now)).state;
  const verify = purposes.find(({ purpose, granted }) => purpose === 'VERIFY' && granted);
  // Said yes anew under the hold: what rests on the earlier yes goes all the same.
  await deleteBesideVoiceprints(tx, speakerRef, verify ?? null);
  return deleteQuarantined(tx, speakerRef);
}

const FORBIDS_DESTRUCTION: ReadonlySet<SpeakerState> = new Set(['LEGAL_HOLD']);
// Somebody who asked for restriction may want the data kept, against erasure or for a claim (GDPR art. 18(1)(b), (c)).
const FORBIDS_EXPIRY: ReadonlySet<SpeakerState> = new Set(['LEGAL_HOLD', 'RESTRICTED']);

/** Whether a state of a speaker forbids to destroy anything of theirs. */
export async function isHeld(tx: Transaction, idHash: Buffer): Promise<boolean> {
  return (await speakerStates(tx, idHash)).some(({ state }) => FORBIDS_DESTRUCTION.has(state));
}

/** Whether a state of a speaker forbids to destroy what is theirs only since its term is over. */
export async function isKept(tx: Transaction, idHash: Buffer): Promise<boolean> {
  return (await speakerStates(tx, idHash)).some(({ state }) => FORBIDS_EXPIRY.has(state));
}
