import type { CallStart, Claim } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import type { SpeechExtractor } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import type { Calibration } from '../scoring/index.js';
import type { Policies } from '../tenant/index.js';
import { Assessment } from './assessment.js';
import { CallSession } from './call-session.js';
import type { CallStore, OpenCall } from './call-store.js';
import { CallStream, type CallStreamOwner } from './call-stream.js';
import { EventLog } from './event-log.js';
import type { EventQueue } from './event-queue.js';
import { CallHub } from './hub.js';
import type { ClaimDossier, OpenDossier } from './ports.js';

export interface CallsParts {
  readonly store: CallStore;
  readonly policies: Policies;
  readonly extractor: SpeechExtractor;
  readonly calibration: Calibration;
  readonly openDossier: OpenDossier;
  readonly clock: Clock;
  /** Live calls at most. */
  readonly maximumCalls: number;
  readonly consentLeaseMs: number;
}

/** A call that this process serves. */
export interface LiveCall {
  readonly session: CallSession;
  readonly stream: CallStream;
  readonly tenantId: string;
  readonly epoch: number;
  readonly maximumClaims: number;
  /** What its own stream is told. */
  readonly events: EventQueue;
}

/** Names a call among those of all tenants. */
export function callKey(tenantId: string, callId: string): string {
  return JSON.stringify([tenantId, callId]);
}

/** After how long a call that was refused for lack of room may be tried again, ms. */
const RETRY_AFTER_MS = 2000;

/** The calls that this process serves: opens them, finds them, and lets go of them. */
export class Calls implements CallStreamOwner {
  readonly hub = new CallHub();
  readonly #parts: CallsParts;
  readonly #live = new Map<string, LiveCall>();
  #opening = 0;
  #draining = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  /** All live calls of this process. */
  get live(): Iterable<LiveCall> {
    return this.#live.values();
  }

  get count(): number {
    return this.#live.size;
  }

  get store(): CallStore {
    return this.#parts.store;
  }

  find(tenantId: string, callId: string): LiveCall | undefined {
    return this.#live.get(callKey(tenantId, callId));
  }

  /**
   * Opens a call for a stream, or takes it up again with its token: the earlier stream is cut off then.
   *
   * @throws TOO_MANY_CALLS, SHUTTING_DOWN, MIXED_AUDIO_REFUSED, CALL_ALREADY_LIVE, RESUME_TOKEN_INVALID, CALL_ENDED,
   *   TOO_MANY_CLAIMS, POLICY_NOT_FOUND, DATABASE_UNAVAILABLE
   */
  async open(principal: Principal, start: CallStart): Promise<CallStream> {
    if (this.#draining) throw new VouchError('SHUTTING_DOWN', { retryAfterMs: RETRY_AFTER_MS });
    if (this.#live.size + this.#opening >= this.#parts.maximumCalls) {
      throw new VouchError('TOO_MANY_CALLS', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.#opening++;
    try {
      return await this.#open(principal, start);
    } finally {
      this.#opening--;
    }
  }

  async #open(principal: Principal, start: CallStart): Promise<CallStream> {
    const { policy, reference } = await this.#parts.policies.current(principal.tenantId, start.policyId);
    if (start.layout === 'MIXED' && !policy.allowMixedAudio) {
      throw new VouchError('MIXED_AUDIO_REFUSED', { field: 'start.format.channel_layout' });
    }
    const claimed = new Set(start.claims.map((claim) => claim.speakerId));
    if (claimed.size > policy.maximumClaims)
      throw new VouchError('TOO_MANY_CLAIMS', { field: 'start.claims' });
    // Read before the call is opened: what cannot be read leaves no call behind.
    const dossiers = new Map<string, ClaimDossier>();
    for (const id of claimed) dossiers.set(id, await this.#parts.openDossier(principal.tenantId, id));
    const opened = await this.#parts.store.open(principal, start, reference);
    const key = callKey(principal.tenantId, start.callId);
    this.#live.get(key)?.stream.fail(new VouchError('CALL_TAKEN_OVER'));
    const { extractor, calibration, clock, consentLeaseMs, store } = this.#parts;
    const events = this.hub.follow(key);
    const log = new EventLog({
      callId: start.callId,
      key,
      lastSequence: opened.lastSequence,
      clock,
      hub: this.hub,
      append: (batch) => store.append(principal.tenantId, start.callId, opened.epoch, batch),
      onLost: (error) => {
        stream.fail(error);
      },
    });
    const assessment = new Assessment({
      policy,
      policyReference: reference,
      calibration,
      spaces: extractor.spaces,
      transactionRisk: start.context.transactionRisk,
      shadow: start.shadow,
      clock,
    });
    const maximumDurationMs = Math.min(start.maximumDurationMs || policy.maximumCallMs, policy.maximumCallMs);
    const session = new CallSession({
      principal,
      start,
      assessment,
      log,
      extractor,
      clock,
      consentLeaseMs,
      maximumDurationMs,
      paused: opened.paused,
    });
    const stream = new CallStream(session, events, this);
    const { tenantId } = principal;
    this.#live.set(key, {
      session,
      stream,
      tenantId,
      epoch: opened.epoch,
      maximumClaims: policy.maximumClaims,
      events,
    });
    session.started({
      resumeToken: opened.resumeToken,
      streamNumber: opened.epoch,
      policy: reference,
      targetFalseMatchRate: policy.targetFalseMatchRate,
      minimumNetSpeechMs: policy.minimumNetSpeechMs,
      resumed: opened.how === 'RESUMED',
      pauseReason: pauseOf(opened, start),
    });
    try {
      await this.claim(session, start.claims, dossiers);
    } catch (error) {
      stream.fail(error);
      throw error;
    }
    return stream;
  }

  /** Numbers and keeps claims, and gives them to the session; those made before change nothing. */
  async claim(
    session: CallSession,
    claims: readonly Claim[],
    dossiers: ReadonlyMap<string, ClaimDossier> = new Map(),
  ): Promise<void> {
    const { tenantId } = session.principal;
    const live = this.#liveOf(session);
    for (const { speakerId, method } of claims) {
      if (session.hasClaimed(speakerId)) continue;
      const dossier = dossiers.get(speakerId) ?? (await this.#parts.openDossier(tenantId, speakerId));
      const claimNumber = await this.#parts.store.claim(
        session.principal,
        session.callId,
        live.epoch,
        { speakerId, speakerRef: dossier.speakerRef, method, mediaTimeMs: session.mediaTimeMs },
        live.maximumClaims,
      );
      // Two requests may have claimed the same speaker at the same time.
      if (!session.hasClaimed(speakerId)) session.claimed(claimNumber, speakerId, method, dossier);
    }
    if (claims.length === 0) session.look();
  }

  /** Stores a pause or resumption of the stream itself; it is in force already, and tried until the database has it. */
  keepControl(session: CallSession, paused: boolean, reason: string): void {
    const { store } = this.#parts;
    const { principal, callId } = session;
    const keep = () =>
      paused ? store.pause(principal, callId, reason, '') : store.resume(principal, callId, '');
    session.log.afterwards(async () => {
      // A newer word of the stream counts more.
      if (session.paused === paused && !session.finished) await keep();
    });
  }

  /** Lets go of a session. An interrupted call may be taken up again; the janitor ends it when nobody does. */
  release(session: CallSession, how: 'ENDED' | 'INTERRUPTED'): void {
    const key = callKey(session.principal.tenantId, session.callId);
    const live = this.#live.get(key);
    if (live?.session !== session) return;
    this.#live.delete(key);
    this.hub.unfollow(key, live.events);
    if (how === 'ENDED') return;
    const { store } = this.#parts;
    session.log.afterwards(() => store.interrupt(live.tenantId, session.callId, live.epoch));
  }

  /**
   * The decision as of now, over all the current evidence or the speech since a media time. It is told and kept; a repeat
   * with the same key within the call gives the same one. Throws CALL_NOT_FOUND.
   */
  evaluate(principal: Principal, callId: string, sinceMs: number | null, key: string): Decision {
    return this.#mine(principal, callId).session.evaluate(sinceMs, key);
  }

  /** Adds claims and names the agent. Returns how many distinct speakers were claimed so far. */
  async update(
    principal: Principal,
    callId: string,
    claims: readonly Claim[],
    agentId: string,
  ): Promise<number> {
    const { session, epoch } = this.#mine(principal, callId);
    if (agentId !== '') await this.#parts.store.setAgent(principal, callId, epoch, agentId);
    if (claims.length > 0) await this.claim(session, claims);
    return session.assessment.claims.length;
  }

  /** No new calls; live streams are told to move. */
  drain(deadline: Date): void {
    this.#draining = true;
    for (const { session } of this.#live.values()) session.tellDrain(deadline);
  }

  /** Cuts what is left; resolves when everything that was told is written, or can not be. */
  async close(): Promise<void> {
    this.#draining = true;
    const logs = [...this.#live.values()].map(({ session }) => session.log);
    for (const { stream } of [...this.#live.values()]) stream.fail(new VouchError('SHUTTING_DOWN'));
    await Promise.all(logs.map((log) => log.settled()));
  }

  #liveOf(session: CallSession): LiveCall {
    const live = this.find(session.principal.tenantId, session.callId);
    if (live?.session !== session) throw new VouchError('CALL_TAKEN_OVER');
    return live;
  }

  #mine(principal: Principal, callId: string): LiveCall {
    const live = this.find(principal.tenantId, callId);
    if (!live)
      throw new VouchError('CALL_NOT_FOUND', { field: 'call_id', message: 'The call is not live here.' });
    return live;
  }
}

/** Why the stream starts paused; null when it does not. */
function pauseOf(opened: OpenCall, start: CallStart): string | null {
  if (!opened.paused) return null;
  return opened.pauseReason === '' && start.initiallyPaused ? 'initially-paused' : opened.pauseReason;
}
