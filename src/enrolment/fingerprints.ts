import type { ConsentGate, Grant } from '../consent/index.js';
import { sha256, type DataKey, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  deleteFingerprintsBeyond,
  getCall,
  listFingerprints,
  lockSpeakerRef,
  purgeFingerprints,
  putFingerprint,
  resealFingerprintsOf,
  type Database,
  type FingerprintRow,
  type Transaction,
} from '../storage/index.js';
import { retentionPolicy } from '../tenant/index.js';
import { daysAfter } from '../terms/index.js';
import { resealed } from './sealed.js';

/** Fingerprints of calls that are kept of a speaker, the newest. */
export const MOST_KEPT_CALLS = 50;

/**
 * Fingerprints of accepted calls and of enrolments, by which a recording of them is noticed when it is played: sealed under
 * the speaker's key, under VERIFY. Those of calls have a term of their own, an enrolment's goes with its voiceprint.
 */
export class ReplayFingerprints {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /**
   * Those of a speaker that a call is held against, as they were kept, the newest first: not what its own earlier streams
   * left. Of one that cannot be opened, why not stands in its place.
   *
   * @param key of the speaker, opened under a grant in this transaction
   */
  async openIn(
    tx: Transaction,
    key: DataKey,
    speakerRef: string,
    callId: string,
  ): Promise<readonly (Buffer | VouchError)[]> {
    const rows = await listFingerprints(tx, speakerRef);
    if (rows.length === 0) return [];
    const streams = (await getCall(tx, callId))?.epoch ?? 0;
    const own = new Set<string>();
    for (let n = 1; n <= streams; n++)
      own.add((await this.#sourceHash(tx.tenantId, callId, n)).toString('hex'));
    const now = this.clock.now();
    return rows
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .filter(({ sourceHash }) => !own.has(sourceHash.toString('hex')))
      .map((row) => openOrSay(key, row));
  }

  /**
   * Keeps that of what one stream of a call heard.
   *
   * @param streamNumber which of the call's streams, from 1
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where the grant does not stand any more
   */
  async keep(grant: Grant, callId: string, streamNumber: number, fingerprint: Buffer): Promise<void> {
    const { tenantId, speakerRef, eventId: consentEventId } = grant;
    const sourceHash = await this.#sourceHash(tenantId, callId, streamNumber);
    await this.database.tenant(tenantId, async (tx) => {
      // Against a withdrawal at the same moment.
      await lockSpeakerRef(tx, speakerRef);
      const key = await this.gate.unlock(tx, grant);
      const madeAt = this.clock.now();
      const expiresAt = daysAfter(madeAt, (await retentionPolicy(tx)).policy.callFingerprintDays);
      const row = { speakerRef, sourceHash, consentEventId, voiceprintId: null, madeAt, expiresAt };
      await putFingerprint(tx, { ...row, fingerprint: key.seal(fingerprint, contextOf(row)) });
      await deleteFingerprintsBeyond(tx, speakerRef, MOST_KEPT_CALLS);
    });
  }

  /** Deletes what is past its limit, of all tenants. */
  async purge(): Promise<void> {
    await this.database.system((tx) => purgeFingerprints(tx, this.clock.now()));
  }

  #sourceHash(tenantId: string, callId: string, streamNumber: number): Promise<Buffer> {
    return this.keyring.keyedHash(tenantId, 'replayed-call', JSON.stringify([callId, streamNumber]));
  }
}

/** One that was sealed in vain is no reason to refuse a call. */
function openOrSay(key: DataKey, row: FingerprintRow): Buffer | VouchError {
  try {
    return key.open(row.fingerprint, contextOf(row));
  } catch (error) {
    if (error instanceof VouchError) return error;
    throw error;
  }
}

/** Keeps that of an enrolment, with its voiceprint. */
export async function keepOfEnrolment(
  tx: Transaction,
  key: DataKey,
  voiceprint: Pick<FingerprintRow, 'speakerRef' | 'consentEventId' | 'madeAt'> & { voiceprintId: string },
  fingerprint: Buffer,
): Promise<void> {
  // Nothing that anybody outside knows: it need not be keyed.
  const row = { ...voiceprint, sourceHash: sha256(Buffer.from(voiceprint.voiceprintId)), expiresAt: null };
  await putFingerprint(tx, { ...row, fingerprint: key.seal(fingerprint, contextOf(row)) });
}

/** Seals a speaker's fingerprints under another key of theirs. Throws CIPHERTEXT_INVALID. */
export async function resealFingerprints(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  await resealFingerprintsOf(tx, speakerRef, (row) => resealed(from, to, row.fingerprint, contextOf(row)));
}

/** A fingerprint, for whom it was kept of. */
export interface ExportedFingerprint {
  readonly of: 'CALL' | 'ENROLMENT';
  readonly madeAt: Date;
  /** Null: as long as its voiceprint. */
  readonly keptUntil: Date | null;
  /** As it is kept, base64: docs/decisions/0022-replayed-calls.md has its form. */
  readonly fingerprint: string;
}

/** All of a person's, opened whatever they consented to: it is their data. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function exportFingerprints(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<ExportedFingerprint[]> {
  const rows = await listFingerprints(tx, speakerRef);
  if (rows.length === 0) return [];
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  return rows.map((row) => ({
    of: row.voiceprintId === null ? 'CALL' : 'ENROLMENT',
    madeAt: row.madeAt,
    keptUntil: row.expiresAt,
    fingerprint: key.open(row.fingerprint, contextOf(row)).toString('base64'),
  }));
}

function contextOf({ sourceHash }: Pick<FingerprintRow, 'sourceHash'>) {
  return { use: 'replay-fingerprint', purpose: 'VERIFY', source: sourceHash.toString('hex') };
}
