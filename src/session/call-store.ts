import { randomBytes } from 'node:crypto';
import { appendClaim, appendDecision } from '../audit/index.js';
import type { CallStart, ClaimMethod } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { CallEvent } from '../domain/event.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import type { Keyring } from '../crypto/index.js';
import type { AudioRisks } from '../decision/index.js';
import {
  actorOf,
  actorRef,
  addClaim,
  appendEvents,
  claimedSpeakers,
  giveCallBack,
  lastDecision,
  listClaims,
  openCall,
  setAgent,
  setCallState,
  type Database,
  type OpenedCall,
} from '../storage/index.js';
import { CallControlStore } from './call-control-store.js';
import { CallReads } from './call-reads.js';
import { sourceHashOf } from './source-hash.js';
import { readEvidence, storeEvidence, type KeptEvidence } from './kept-evidence.js';

/** A call that this process may now serve. */
export interface OpenCall extends OpenedCall {
  /** What the next stream must come with. */
  readonly resumeToken: string;
}

/** What an earlier stream of a call left. */
export interface ResumedCall {
  /** Those whose names are still known. */
  readonly claims: readonly {
    readonly claimNumber: number;
    readonly speakerId: string;
    readonly method: ClaimMethod | null;
  }[];
  /** Of the last decision; empty before the first. */
  readonly decisionId: string;
  /** What that suspected of the audio. */
  readonly suspected: readonly (keyof AudioRisks)[];
  /** What it heard, as far as that was stored. */
  readonly kept: KeptEvidence | null;
}

/** A claim before it has a number. */
export interface ClaimToKeep {
  readonly speakerId: string;
  readonly speakerRef: string | null;
  readonly method: ClaimMethod | null;
  readonly mediaTimeMs: number;
}

/** What nobody guesses: 256 random bits. */
export function newResumeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The calls of the database, as whoever serves them writes them. */
export class CallStore {
  readonly controls: CallControlStore;
  readonly reads: CallReads;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly replicaId: string,
    private readonly clock: Clock,
  ) {
    this.controls = new CallControlStore(database, keyring);
    this.reads = new CallReads(database, clock);
  }

  /**
   * Makes the call this process's, or takes it over. Throws as storage's openCall.
   *
   * @param resumeToken - what the next stream must come with
   */
  async open(
    principal: Principal,
    start: CallStart,
    policy: ArtefactReference,
    resumeToken: string,
  ): Promise<OpenCall> {
    const sourceHash = await sourceHashOf(this.keyring, principal.tenantId, start.sourceId);
    const opened = await this.database.tenant(principal.tenantId, async (tx) =>
      openCall(tx, {
        callId: start.callId,
        conversationId: start.conversationId,
        legId: start.legId,
        direction: start.direction,
        agentRef: start.agentId === '' ? null : await actorRef(tx, start.agentId),
        sourceHash,
        shadow: start.shadow,
        policyId: policy.id,
        policyVersion: policy.version,
        start: {
          format: start.format,
          layout: start.layout,
          source: start.source,
          upstreamCodec: start.upstreamCodec,
          language: start.language,
          jurisdiction: start.jurisdiction,
          context: start.context,
          maximumDurationMs: start.maximumDurationMs,
          mediaStartedAt: start.mediaStartedAt?.toISOString() ?? null,
        },
        initiallyPaused: start.initiallyPaused,
        resumeToken: start.resumeToken,
        newResumeToken: resumeToken,
        replicaId: this.replicaId,
        actor: await actorOf(tx, principal),
      }),
    );
    return { ...opened, resumeToken };
  }

  /** Stores changes of state, and with them the audit of every decision. Throws as storage's appendEvents. */
  async append(
    principal: Principal,
    callId: string,
    epoch: number,
    events: readonly CallEvent[],
  ): Promise<void> {
    await this.database.tenant(principal.tenantId, async (tx) => {
      for (const { body } of await appendEvents(tx, callId, epoch, events)) {
        if (body.type !== 'decision' && body.type !== 'evaluation') continue;
        await appendDecision(tx, principal, callId, body.decision, this.clock.now());
      }
    });
  }

  /** What a stream that takes a call over has to go on with. */
  async resumed(tenantId: string, callId: string): Promise<ResumedCall> {
    return this.database.tenant(tenantId, async (tx) => {
      const names = await claimedSpeakers(tx, callId);
      const claims = (await listClaims(tx, callId)).flatMap(({ claimNumber, method }) => {
        const speakerId = names.get(claimNumber);
        return speakerId === undefined ? [] : [{ claimNumber, speakerId, method }];
      });
      const decision = await lastDecision(tx, callId);
      return {
        claims,
        decisionId: decision?.decisionId ?? '',
        suspected: (['replay', 'spoof'] as const).filter((risk) => decision?.risks[risk] === 'SUSPECTED'),
        kept: await readEvidence(tx, this.keyring, callId),
      };
    });
  }

  /** Keeps what a call has heard, or null for nothing any more. Throws CALL_TAKEN_OVER, DATABASE_UNAVAILABLE. */
  async keepEvidence(
    tenantId: string,
    callId: string,
    epoch: number,
    evidence: KeptEvidence | null,
  ): Promise<void> {
    await this.database.tenant(tenantId, (tx) => storeEvidence(tx, this.keyring, callId, epoch, evidence));
  }

  /** Numbers a claim and keeps it, under a keyed hash of the id. Throws TOO_MANY_CLAIMS, CALL_TAKEN_OVER. */
  async claim(
    principal: Principal,
    callId: string,
    epoch: number,
    claim: ClaimToKeep,
    maximumClaims: number,
  ): Promise<number> {
    const claimedHash = await this.keyring.keyedHash(principal.tenantId, 'speaker-id', claim.speakerId);
    const { speakerRef, method } = claim;
    return this.database.tenant(principal.tenantId, async (tx) => {
      const { claimNumber, isNew } = await addClaim(tx, {
        callId,
        epoch,
        speakerRef,
        claimedHash,
        method,
        mediaTimeMs: Math.round(claim.mediaTimeMs),
        actor: await actorOf(tx, principal),
        maximumClaims,
      });
      if (isNew)
        await appendClaim(tx, principal, callId, { claimNumber, speakerRef, method }, this.clock.now());
      return claimNumber;
    });
  }

  async setAgent(principal: Principal, callId: string, epoch: number, agentId: string): Promise<void> {
    await this.database.tenant(principal.tenantId, async (tx) => {
      await setAgent(tx, callId, epoch, await actorRef(tx, agentId));
    });
  }

  async interrupt(tenantId: string, callId: string, epoch: number): Promise<void> {
    await this.database.tenant(tenantId, (tx) => setCallState(tx, callId, epoch, 'INTERRUPTED'));
  }

  /** Gives up a call that was opened under this token, should it have been. */
  async giveBack(tenantId: string, callId: string, resumeToken: string): Promise<void> {
    await this.database.tenant(tenantId, (tx) => giveCallBack(tx, callId, resumeToken));
  }
}
