import { randomBytes, randomUUID } from 'node:crypto';
import { appendClaim, appendDecision } from '../audit/index.js';
import type { AudioFormat } from '../domain/audio.js';
import type { CallContext, CallStart, ClaimMethod, SourceProfile } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { requestDigest, type JsonValue, type Keyring } from '../crypto/index.js';
import {
  actorOf,
  addClaim,
  appendEvents,
  lastDecision,
  once,
  openCall,
  resultOf,
  type Database,
  type KeyedRequest,
  type Transaction,
} from '../storage/index.js';
import { sourceHashOf } from './source-hash.js';

/** What headerless audio holds. */
export interface RawAudio {
  readonly format: AudioFormat;
  readonly layout: CallStart['layout'];
}

/** A recording that was verified, as it is kept: a call of its own that has ended. */
export interface KeptRecording {
  readonly decision: Decision;
  readonly audioMs: number;
  readonly container: string;
  readonly codec: string;
}

/** What is kept of a recording besides its decision. */
export interface RecordingFacts {
  readonly claims: readonly {
    readonly speakerId: string;
    readonly speakerRef: string | null;
    readonly method: ClaimMethod | null;
  }[];
  /** For headerless audio; undefined for a file. */
  readonly raw: RawAudio | undefined;
  readonly source: SourceProfile | null;
  readonly context: CallContext;
  readonly sourceId: string;
}

/** What was asked for, so that a repeat is told from another request. */
export interface AskedRecording {
  /** The idempotency key. */
  readonly key: string;
  readonly start: JsonValue;
  /** SHA-256 of the file, in hex; null where it was not even read. */
  readonly file: string | null;
}

/** What the idempotency key points to. */
interface Stored {
  /** Keyed hash of the file; null where it was not even read. */
  readonly file: string | null;
  readonly callId: string;
  readonly audioMs: number;
  readonly container: string;
  readonly codec: string;
}

/** What is kept as the format of a file that says so itself: what it is decoded to. */
const DECODED: RawAudio = {
  format: { encoding: 'PCM_S16LE', sampleRateHz: 8000, channels: 1, callerChannel: 0 },
  layout: 'CALLER_ONLY',
};

const METHOD = 'VerifyRecording';

/** Verified recordings in the database, so that an outcome can be reported and a repeat gets the same answer. */
export class RecordingStore {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly replicaId: string,
  ) {}

  /** What was answered to this request before; null for a new one. Throws IDEMPOTENCY_KEY_REUSED. */
  async find(principal: Principal, asked: AskedRecording): Promise<KeptRecording | null> {
    const { keyed, file } = await this.#keyed(principal, asked);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const done = await resultOf(tx, keyed);
      return done && this.#read(tx, done.result as Stored, file);
    });
  }

  /** Keeps what was found; when the same request was answered meanwhile, that answer counts. */
  async keep(
    principal: Principal,
    asked: AskedRecording,
    facts: RecordingFacts,
    found: KeptRecording,
  ): Promise<KeptRecording> {
    const { keyed, file } = await this.#keyed(principal, asked);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const stored = await once(tx, keyed, async () => ({
        ...(await this.#write(tx, principal, facts, found)),
        file,
      }));
      return (await this.#read(tx, stored, file)) ?? found;
    });
  }

  /** The file is told apart by itself: where there is no ground (any more) a repeat comes without it. */
  async #keyed(
    { tenantId }: Principal,
    { key, start, file }: AskedRecording,
  ): Promise<{ keyed: KeyedRequest; file: string | null }> {
    const digest = (request: JsonValue) => requestDigest(this.keyring, tenantId, METHOD, request);
    return {
      keyed: { method: METHOD, key, digest: await digest(start) },
      file: file === null ? null : (await digest({ file })).toString('hex'),
    };
  }

  async #read(
    tx: Transaction,
    { callId, file: before, ...facts }: Stored,
    file: string | null,
  ): Promise<KeptRecording | null> {
    if (file !== null && before !== null && file !== before) throw new VouchError('IDEMPOTENCY_KEY_REUSED');
    const decision = await lastDecision(tx, callId);
    return decision && { decision, ...facts };
  }

  async #write(
    tx: Transaction,
    principal: Principal,
    facts: RecordingFacts,
    found: KeptRecording,
  ): Promise<Omit<Stored, 'file'>> {
    const callId = `recording-${randomUUID()}`;
    const actor = await actorOf(tx, principal);
    const { decision, audioMs, container, codec } = found;
    const { epoch } = await openCall(tx, {
      callId,
      conversationId: '',
      legId: '',
      direction: 'INBOUND',
      agentRef: null,
      sourceHash: await sourceHashOf(this.keyring, principal.tenantId, facts.sourceId),
      shadow: decision.shadow,
      policyId: decision.policy.id,
      policyVersion: decision.policy.version,
      start: {
        ...(facts.raw ?? DECODED),
        source: facts.source,
        upstreamCodec: codec,
        language: '',
        jurisdiction: '',
        context: facts.context,
        maximumDurationMs: 0,
        mediaStartedAt: null,
      },
      initiallyPaused: false,
      resumeToken: '',
      newResumeToken: randomBytes(32).toString('base64url'),
      replicaId: this.replicaId,
      actor,
    });
    for (const claim of facts.claims)
      await this.#keepClaim(tx, principal, callId, epoch, claim, facts.claims.length);
    await appendEvents(tx, callId, epoch, eventsOf(callId, found));
    for (const [index, claim] of facts.claims.entries())
      await appendClaim(tx, principal, callId, { ...claim, claimNumber: index + 1 }, decision.decidedAt);
    await appendDecision(tx, principal, callId, decision, decision.decidedAt);
    return { callId, audioMs, container, codec };
  }

  async #keepClaim(
    tx: Transaction,
    principal: Principal,
    callId: string,
    epoch: number,
    claim: RecordingFacts['claims'][number],
    maximumClaims: number,
  ): Promise<void> {
    const { speakerId, speakerRef, method } = claim;
    const claimedHash = await this.keyring.keyedHash(principal.tenantId, 'speaker-id', speakerId);
    const actor = await actorOf(tx, principal);
    await addClaim(tx, {
      callId,
      epoch,
      speakerRef,
      claimedHash,
      method,
      mediaTimeMs: 0,
      actor,
      maximumClaims,
    });
  }
}

function eventsOf(callId: string, { decision, audioMs }: KeptRecording): CallEvent[] {
  const bodies: CallEventBody[] = [
    { type: 'decision', decision },
    {
      type: 'ended',
      reason: 'ENDED',
      note: 'recording',
      audioMs,
      droppedMs: 0,
      netSpeechMs: decision.netSpeechMs,
      decisionId: decision.decisionId,
    },
  ];
  return bodies.map((body, index) => ({
    sequence: index + 1,
    callId,
    emittedAt: decision.decidedAt,
    mediaTimeMs: audioMs,
    replayed: false,
    body,
  }));
}
