import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { requireGrant, type ConsentGate, type Grant } from '../consent/index.js';
import { requestDigest, type DataKey, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  getCall,
  lockSpeakerRef,
  lockTrustPhrase,
  once,
  putTrustPhrase,
  replaceTrustPhrase,
  useTrustPhrase,
  type Database,
  type Transaction,
  type TrustPhraseRow,
} from '../storage/index.js';
import { resealed } from './sealed.js';

/** A phrase that a speaker chose. */
export interface ChosenPhrase {
  readonly speakerId: string;
  /** 1 to 256 bytes. */
  readonly phrase: string;
  readonly idempotencyKey: string;
}

/**
 * The phrases by which speakers know that it is the company who calls. Each is good for one call: whoever heard it there
 * cannot pass for the company with it later.
 */
export class TrustPhrases {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /**
   * Keeps a phrase in the place of the one before.
   *
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED without VERIFY; TRUST_PHRASE_REPEATED, IDEMPOTENCY_KEY_REUSED
   */
  async set(principal: Principal, { speakerId, phrase, idempotencyKey: key }: ChosenPhrase): Promise<void> {
    const { tenantId } = principal;
    const method = 'SetTrustPhrase';
    const digest = await requestDigest(this.keyring, tenantId, method, { speakerId, phrase });
    const grant = requireGrant(await this.gate.openClaim(tenantId, speakerId, 'VERIFY'), 'speaker_id');
    const { speakerRef } = grant;
    await this.database.tenant(tenantId, (tx) =>
      once(tx, { method, key, digest }, async () => {
        await lockSpeakerRef(tx, speakerRef);
        const dataKey = await this.gate.unlock(tx, grant);
        const before = await lockTrustPhrase(tx, speakerRef);
        if (before && openPhrase(dataKey, before) === phrase) throw new VouchError('TRUST_PHRASE_REPEATED');
        const phraseId = randomUUID();
        const createdAt = this.clock.now();
        const ciphertext = dataKey.seal(Buffer.from(phrase), contextOf(phraseId));
        await putTrustPhrase(tx, speakerRef, { phraseId, ciphertext, createdAt });
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'TRUST_PHRASE_SET',
          subjectRef: speakerRef,
          recordedAt: createdAt,
          body: { phraseId },
        });
        return null;
      }),
    );
  }

  /**
   * The phrase, for the agent who handles the call; from then on it is good for this call alone. That the call is a live
   * outbound one which a person answered is the caller's to know.
   *
   * @throws NOT_THE_AGENT, TRUST_PHRASE_NOT_FOUND, TRUST_PHRASE_USED, CONSENT_MISSING, SPEAKER_OPTED_OUT,
   *   PROCESSING_RESTRICTED
   */
  async show(principal: Principal, callId: string, grant: Grant): Promise<string> {
    const { tenantId } = principal;
    const { speakerRef } = grant;
    const callHash = await this.keyring.keyedHash(tenantId, 'trust-phrase-call', callId);
    return this.database.tenant(tenantId, async (tx) => {
      const call = await getCall(tx, callId);
      if (call?.agentId !== principal.actorId) throw new VouchError('NOT_THE_AGENT');
      const key = await this.gate.unlock(tx, grant);
      const row = await lockTrustPhrase(tx, speakerRef);
      // One that a legal hold kept from a withdrawal is not of the consent that was given since.
      if (row === null || row.createdAt < grant.since) throw new VouchError('TRUST_PHRASE_NOT_FOUND');
      if (row.status === 'USED' && row.usedCallHash?.equals(callHash) !== true) {
        throw new VouchError('TRUST_PHRASE_USED');
      }
      await useTrustPhrase(tx, speakerRef, callHash);
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'TRUST_PHRASE_SHOWN',
        subjectRef: speakerRef,
        recordedAt: this.clock.now(),
        body: { phraseId: row.phraseId },
      });
      return openPhrase(key, row);
    });
  }
}

/** Seals a speaker's phrase under another key of theirs. Throws CIPHERTEXT_INVALID. */
export async function resealTrustPhrase(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  const row = await lockTrustPhrase(tx, speakerRef);
  if (row === null) return;
  await replaceTrustPhrase(tx, speakerRef, resealed(from, to, row.ciphertext, contextOf(row.phraseId)));
}

/** A phrase for whom it belongs to. */
export interface ExportedPhrase {
  readonly phrase: string;
  readonly chosenAt: Date;
  readonly used: boolean;
}

/** A speaker's phrase, opened whatever they consented to; null without one. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function exportTrustPhrase(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<ExportedPhrase | null> {
  const row = await lockTrustPhrase(tx, speakerRef);
  if (row === null) return null;
  const phrase = openPhrase(await openSpeakerKey(tx, keyring, speakerRef), row);
  return { phrase, chosenAt: row.createdAt, used: row.status === 'USED' };
}

function openPhrase(key: DataKey, { phraseId, ciphertext }: TrustPhraseRow): string {
  return key.open(ciphertext, contextOf(phraseId)).toString();
}

function contextOf(phraseId: string) {
  return { use: 'trust-phrase', phrase: phraseId };
}
