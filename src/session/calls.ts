import { setTimeout as sleep } from 'node:timers/promises';
import type { CallStart, Claim } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { Admission } from './admission.js';
import { CallClaims } from './call-claims.js';
import { CallOpening } from './call-opening.js';
import type { CallRequests } from './call-requests.js';
import type { CallSession } from './call-session.js';
import type { CallStore } from './call-store.js';
import type { CallStream, CallStreamOwner } from './call-stream.js';
import { EvidenceMemory } from './evidence-memory.js';
import { CallHub } from './hub.js';
import { Load } from './load.js';
import { LeavingCalls } from './leaving-calls.js';
import { callKey, LiveCalls, type LiveCall } from './live-call.js';
import { NOBODY, type CallsObserver, type SessionEnd, type StreamObserver } from './observer.js';
import type { CallsParts } from './ports.js';

/** After how long a call that was refused for lack of room may be tried again, ms. */
const RETRY_AFTER_MS = 2000;

/** An evaluation waits this long for what was told before it to be stored, ms. */
const SETTLE_WITHIN_MS = 3000;

/** The calls that this process serves: opens them, finds them, and lets go of them. */
export class Calls implements CallStreamOwner {
  readonly hub = new CallHub();
  readonly #parts: CallsParts;
  readonly #live = new LiveCalls();
  readonly #leaving: LeavingCalls;
  readonly #claims: CallClaims;
  readonly #memory: EvidenceMemory;
  readonly #load: Load;
  readonly #opening: CallOpening;
  readonly #observer: CallsObserver;
  /** Until when live streams are to move; undefined while new ones are welcome. */
  #drainsUntil: Date | undefined;
  #closing = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
    this.#observer = parts.observer ?? NOBODY;
    this.#leaving = new LeavingCalls(parts.store, parts.fingerprints, parts.onFailure);
    this.#claims = new CallClaims(parts.store, parts.openDossier);
    this.#load = new Load(parts.extractor, parts.overloadLagMs);
    this.#memory = new EvidenceMemory(parts.resumeWindowMs, parts.maximumCalls);
    this.#opening = new CallOpening({
      ...parts,
      observer: this.#observer,
      hub: this.hub,
      live: this.#live,
      load: this.#load,
      admission: new Admission(parts, this.#load),
      claims: this.#claims,
      memory: this.#memory,
      leaving: this.#leaving,
      owner: this,
    });
  }

  /** All live calls of this process. */
  get live(): Iterable<LiveCall> {
    return this.#live;
  }

  get count(): number {
    return this.#live.size;
  }

  /** How busy the process is found to be. */
  get load(): Pick<Load, 'threadDelayMs' | 'isBusy' | 'isFull'> {
    return this.#load;
  }

  /** Changes of state of all calls that wait for the database. */
  get unwritten(): number {
    let { unwritten } = this.#leaving;
    for (const { session } of this.#live) unwritten += session.log.unwritten;
    return unwritten;
  }

  get store(): CallStore {
    return this.#parts.store;
  }

  get requests(): CallRequests {
    return this.#parts.requests;
  }

  find(tenantId: string, callId: string): LiveCall | undefined {
    return this.#live.find(tenantId, callId);
  }

  /**
   * Opens a call for a stream, or takes it up again with its token: the earlier stream is cut off then.
   *
   * @param follower follows the stream besides those who follow all calls
   * @throws TOO_MANY_CALLS, TENANT_QUOTA_REACHED, OVERLOADED, SHUTTING_DOWN, MIXED_AUDIO_REFUSED, CALL_ALREADY_LIVE, RESUME_TOKEN_INVALID, CALL_ENDED,
   *   TOO_MANY_CLAIMS, POLICY_NOT_FOUND, DATABASE_UNAVAILABLE
   */
  async open(principal: Principal, start: CallStart, follower?: StreamObserver): Promise<CallStream> {
    try {
      if (this.#drainsUntil) throw new VouchError('SHUTTING_DOWN', { retryAfterMs: RETRY_AFTER_MS });
      const stream = await this.#opening.open(principal, start, follower);
      // The process may have begun to stop meanwhile.
      if (this.#closing) stream.fail(new VouchError('SHUTTING_DOWN'));
      else this.#tellDrain(this.find(principal.tenantId, start.callId));
      return stream;
    } catch (error) {
      this.#observer.refused(error instanceof VouchError ? error.reason : 'INTERNAL');
      throw error;
    }
  }

  /** Numbers and keeps claims, and gives them to the session; those made before change nothing. */
  async claim(
    session: CallSession,
    claims: readonly Claim[],
    principal: Principal = session.principal,
  ): Promise<void> {
    await this.#claims.add(principal, this.#liveOf(session), claims);
  }

  /**
   * Stores a pause or resumption of a live call; it is in force already, and tried until the database has it. A pause is
   * stored whatever comes after it; a resumption only where nothing was said since.
   */
  keepControl(session: CallSession, paused: boolean, reason: string): void {
    const { controls } = this.#parts.store;
    const { principal, callId } = session;
    if (paused) session.unstoredPauses++;
    session.log.afterwards(async () => {
      if (paused) {
        const { controlVersion } = await controls.pause(principal, callId, reason, '');
        session.controlVersion = controlVersion;
        session.unstoredPauses--;
      } else if (!session.paused) {
        const { controlVersion } = await controls.resume(principal, callId, '', session.controlVersion);
        // Another version than the next one: somebody else spoke meanwhile, and the poller will tell.
        if (controlVersion === session.controlVersion + 1) session.controlVersion = controlVersion;
      }
    });
  }

  /** Lets go of a session. An interrupted call may be taken up again; the janitor ends it when nobody does. */
  release(session: CallSession, how: SessionEnd): void {
    const live = this.#live.remove(session);
    if (!live) return;
    const { kept } = session.assessment;
    if (how !== 'ENDED' && kept) this.#memory.put(callKey(live.tenantId, session.callId), live.epoch, kept);
    this.#leaving.add(live, how);
  }

  /**
   * The decision as of now, over all the current evidence or the speech since a media time. It is told and kept; a repeat
   * with the same key gives the same one. Throws CALL_NOT_FOUND, TOO_MANY_EVALUATIONS, IDEMPOTENCY_KEY_REUSED.
   */
  async evaluate(
    principal: Principal,
    callId: string,
    sinceMs: number | null,
    key: string,
  ): Promise<Decision> {
    // So that a repeat finds what the first request was told.
    const log = this.find(principal.tenantId, callId)?.session.log;
    await Promise.race([log?.settled(), sleep(SETTLE_WITHIN_MS, undefined, { ref: false })]);
    return this.#parts.requests.evaluation(principal, callId, sinceMs, key, () =>
      this.#mine(principal, callId).session.evaluate(sinceMs),
    );
  }

  /** Adds claims and names the agent, once for a key. Returns how many distinct speakers were claimed so far. */
  async update(
    principal: Principal,
    callId: string,
    claims: readonly Claim[],
    agentId: string,
    key: string,
  ): Promise<number> {
    const request = { callId, agentId, claims: claims.map(({ speakerId }) => speakerId) };
    return this.#parts.requests.updateOnce(principal, key, request, async () => {
      const { session, epoch } = this.#mine(principal, callId);
      if (agentId !== '') await this.#parts.store.setAgent(principal, callId, epoch, agentId);
      await this.claim(session, claims, principal);
      return session.assessment.claims.length;
    });
  }

  /** No new calls; live streams are told to move. */
  drain(deadline: Date): void {
    this.#drainsUntil = deadline;
    for (const live of this.#live) this.#tellDrain(live);
  }

  /** Cuts what is left. What was told is written, as far as the database takes it within a few seconds. */
  async close(): Promise<void> {
    this.#drainsUntil ??= new Date();
    this.#closing = true;
    for (const { stream } of [...this.#live]) stream.fail(new VouchError('SHUTTING_DOWN'));
    await this.#leaving.close();
    this.#load.close();
  }

  #tellDrain(live: LiveCall | undefined): void {
    if (this.#drainsUntil) live?.session.tellDrain(this.#drainsUntil);
  }

  #liveOf(session: CallSession): LiveCall {
    const live = this.find(session.principal.tenantId, session.callId);
    if (live?.session !== session) throw new VouchError('CALL_TAKEN_OVER');
    return live;
  }

  #mine(principal: Principal, callId: string): LiveCall {
    const live = this.find(principal.tenantId, callId);
    if (!live)
      throw new VouchError('CALL_NOT_FOUND', {
        field: 'call_id',
        message: 'The call is not live: it has ended, its stream is broken, or it never began.',
      });
    return live;
  }
}
