import type { ConsentGate, Grant } from '../consent/index.js';
import { sha256, type DataKey, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  deleteFingerprintsBeyond,
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
const MOST_CALLS = 50;

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
   * Those of the grant's speaker, as they were kept, the newest first.
   *
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where the grant does not stand any more,
   *   CIPHERTEXT_INVALID, KEY_MISSING
   */
  async open(grant: Grant): Promise<readonly Buffer[]> {
    return this.database.tenant(grant.tenantId, async (tx) => {
      const key = await this.gate.unlock(tx, grant);
      const now = this.clock.now();
      return (await listFingerprints(tx, grant.speakerRef))
        .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
        .map((row) => key.open(row.fingerprint, contextOf(row)));
    });
  }

  /**
   * Keeps that of what one stream of a call heard.
   *
   * @param streamNumber which of the call's streams, from 1
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where the grant does not stand any more
   */
  async keep(grant: Grant, callId: string, streamNumber: number, fingerprint: Buffer): Promise<void> {
    const { tenantId, speakerRef, eventId: consentEventId } = grant;
    const sourceHash = await this.keyring.keyedHash(
      tenantId,
      'replayed-call',
      JSON.stringify([callId, streamNumber]),
    );
    await this.database.tenant(tenantId, async (tx) => {
      // Against a withdrawal at the same moment.
      await lockSpeakerRef(tx, speakerRef);
      const key = await this.gate.unlock(tx, grant);
      const madeAt = this.clock.now();
      const expiresAt = daysAfter(madeAt, (await retentionPolicy(tx)).policy.callFingerprintDays);
      const row = { speakerRef, sourceHash, consentEventId, voiceprintId: null, madeAt, expiresAt };
      await putFingerprint(tx, { ...row, fingerprint: key.seal(fingerprint, contextOf(row)) });
      await deleteFingerprintsBeyond(tx, speakerRef, MOST_CALLS);
    });
  }

  /** Deletes what is past its limit, of all tenants. */
  async purge(): Promise<void> {
    await this.database.system((tx) => purgeFingerprints(tx, this.clock.now()));
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
