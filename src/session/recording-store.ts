import { randomBytes, randomUUID } from 'node:crypto';
import type { AudioFormat } from '../domain/audio.js';
import type { CallContext, ClaimMethod, SourceProfile } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { CallEvent, CallEventBody } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
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
  readonly format: AudioFormat;
  readonly source: SourceProfile | null;
  readonly context: CallContext;
}

/** What the idempotency key points to. */
interface Stored {
  readonly callId: string;
  readonly audioMs: number;
  readonly container: string;
  readonly codec: string;
}

const METHOD = 'VerifyRecording';

/** Verified recordings in the database, so that an outcome can be reported and a repeat gets the same answer. */
export class RecordingStore {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly replicaId: string,
  ) {}

  /** What was answered to this request before; null for a new one. Throws IDEMPOTENCY_KEY_REUSED. */
  async find(principal: Principal, key: string, request: JsonValue): Promise<KeptRecording | null> {
    const keyed = await this.#keyed(principal, key, request);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const done = await resultOf(tx, keyed);
      return done && this.#read(tx, done.result as Stored);
    });
  }

  /** Keeps what was found; when the same request was answered meanwhile, that answer counts. */
  async keep(
    principal: Principal,
    key: string,
    request: JsonValue,
    facts: RecordingFacts,
    found: KeptRecording,
  ): Promise<KeptRecording> {
    const keyed = await this.#keyed(principal, key, request);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const stored = await once(tx, keyed, () => this.#write(tx, principal, facts, found));
      return (await this.#read(tx, stored)) ?? found;
    });
  }

  async #keyed(principal: Principal, key: string, request: JsonValue): Promise<KeyedRequest> {
    return {
      method: METHOD,
      key,
      digest: await requestDigest(this.keyring, principal.tenantId, METHOD, request),
    };
  }

  async #read(tx: Transaction, { callId, ...facts }: Stored): Promise<KeptRecording | null> {
    const decision = await lastDecision(tx, callId);
    return decision && { decision, ...facts };
  }

  async #write(
    tx: Transaction,
    principal: Principal,
    facts: RecordingFacts,
    found: KeptRecording,
  ): Promise<Stored> {
    const callId = `recording-${randomUUID()}`;
    const actor = await actorOf(tx, principal);
    const { decision, audioMs, container, codec } = found;
    const { epoch } = await openCall(tx, {
      callId,
      conversationId: '',
      legId: '',
      direction: 'INBOUND',
      agentRef: null,
      shadow: decision.shadow,
      policyId: decision.policy.id,
      policyVersion: decision.policy.version,
      start: {
        format: facts.format,
        layout: facts.format.channels === 2 ? 'SPLIT' : 'CALLER_ONLY',
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
