import { randomBytes } from 'node:crypto';
import { appendAboutCall, appendClaim, appendDecision } from '../audit/index.js';
import type { CallStart, ClaimMethod } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { CallEvent } from '../domain/event.js';
import type { ArtefactReference, Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { AudioRisks } from '../decision/index.js';
import { VouchError } from '../errors.js';
import {
  actorOf,
  actorRef,
  addClaim,
  appendEvents,
  claimedSpeakers,
  getCall,
  giveCallBack,
  lastDecision,
  listClaims,
  once,
  openCall,
  pauseCall,
  readEvents,
  resumeCall,
  setAgent,
  setCallState,
  type ControlledCall,
  type Database,
  type OpenedCall,
  type StoredCall,
  type Transaction,
} from '../storage/index.js';
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

/** A call after a pause or resumption was stored, or was stored before. */
export interface KeptControl extends ControlledCall {
  readonly paused: boolean;
}

/** What nobody guesses: 256 random bits. */
export function newResumeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** How many events a replay reads at a time. */
const PAGE = 500;

/** The calls of the database, as the session folder needs them. */
export class CallStore {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly replicaId: string,
    private readonly clock: Clock,
  ) {}

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

  /** Pauses a call, live, known or not. `key` empty: in the stream itself, where order makes it unambiguous. */
  async pause(principal: Principal, callId: string, reason: string, key: string): Promise<KeptControl> {
    return this.#control(principal, 'PauseCall', callId, key, async (tx) =>
      pauseCall(tx, callId, reason, await actorOf(tx, principal)),
    );
  }

  /** Ends a pause; `asOfVersion`: only if nothing else was said of it since. */
  async resume(
    principal: Principal,
    callId: string,
    key: string,
    asOfVersion: number | null = null,
  ): Promise<KeptControl> {
    return this.#control(principal, 'ResumeCall', callId, key, (tx) => resumeCall(tx, callId, asOfVersion));
  }

  /** A repeat of a request changes nothing, and answers with where the call stands now. */
  async #control(
    principal: Principal,
    method: 'PauseCall' | 'ResumeCall',
    callId: string,
    key: string,
    change: (tx: Transaction) => Promise<ControlledCall>,
  ): Promise<KeptControl> {
    const paused = method === 'PauseCall';
    if (key === '') return { ...(await this.database.tenant(principal.tenantId, change)), paused };
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { callId });
    return this.database.tenant(principal.tenantId, async (tx) => {
      let changed: ControlledCall | undefined;
      await once(tx, { method, key, digest }, async () => {
        changed = await change(tx);
        return { controlVersion: changed.controlVersion };
      });
      return changed ? { ...changed, paused } : standing(await getCall(tx, callId));
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

  async find(tenantId: string, callId: string): Promise<StoredCall | null> {
    return this.database.tenant(tenantId, (tx) => getCall(tx, callId));
  }

  /** A call as it is stored, with its last decision; null where there is none. That it was read is recorded. */
  async read(
    principal: Principal,
    callId: string,
  ): Promise<{ readonly call: StoredCall; readonly decision: Decision | null } | null> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const call = await getCall(tx, callId);
      if (call === null) return null;
      const decision = await lastDecision(tx, callId);
      await appendAboutCall(tx, principal, callId, {
        type: 'CALL_READ',
        recordedAt: this.clock.now(),
        body: { decisionId: decision?.decisionId },
      });
      return { call, decision };
    });
  }

  /**
   * Records that somebody watches a call.
   *
   * @param claim - only this claim of it; undefined: all that there are
   * @returns the claims of the call as of now
   * @throws CALL_NOT_FOUND
   */
  async watched(principal: Principal, callId: string, claim?: number): Promise<Set<number>> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const claims = (await listClaims(tx, callId)).map(({ claimNumber }) => claimNumber);
      await appendAboutCall(tx, principal, callId, {
        type: 'CALL_WATCHED',
        recordedAt: this.clock.now(),
        body: {},
        claims: new Set(claim === undefined ? claims : [claim]),
      });
      return new Set(claims);
    });
  }

  /** Stored events after a sequence number, oldest first, at most one page, with the names that are still known. */
  async events(tenantId: string, callId: string, afterSequence: number): Promise<readonly CallEvent[]> {
    return this.database.tenant(tenantId, (tx) => readEvents(tx, callId, afterSequence, PAGE));
  }
}

function standing(call: StoredCall | null): KeptControl {
  if (!call) throw new VouchError('CALL_NOT_FOUND');
  return { ...call, changedAt: call.pausedChangedAt ?? call.startedAt ?? new Date(0) };
}
