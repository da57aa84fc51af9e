import { setTimeout as sleep } from 'node:timers/promises';
import type { CallStart, Claim } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { CallEvent } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { VersionedPolicy } from '../tenant/index.js';
import { Admission } from './admission.js';
import { buildSession, checkStart, tellStarted, type SessionOrder } from './build-session.js';
import { CallClaims } from './call-claims.js';
import type { CallRequests } from './call-requests.js';
import type { CallSession } from './call-session.js';
import { newResumeToken, type CallStore, type ResumedCall } from './call-store.js';
import { CallStream, type CallStreamOwner } from './call-stream.js';
import { deadline } from './deadline.js';
import { EventQueue } from './event-queue.js';
import { EvidenceMemory } from './evidence-memory.js';
import { CallHub } from './hub.js';
import { Load } from './load.js';
import { LeavingCalls } from './leaving-calls.js';
import { callKey, type LiveCall } from './live-call.js';
import { follow, NOBODY, type CallsObserver, type SessionEnd, type StreamObserver } from './observer.js';
import type { CallsParts, ClaimDossier } from './ports.js';
import { openStartDossiers } from './start-dossiers.js';

/** After how long a call that was refused for lack of room may be tried again, ms. */
const RETRY_AFTER_MS = 2000;

/** A call that the database keeps waiting longer than this is refused, ms; but for what is under way then. */
const OPEN_WITHIN_MS = 4000;

/** An evaluation waits this long for what was told before it to be stored, ms. */
const SETTLE_WITHIN_MS = 3000;

/** What a stream goes on with that is the first of its call. */
const NEW_CALL: ResumedCall = { claims: [], decisionId: '', suspected: [], kept: null };

/** A call that a stream got, and what it goes on with. */
type TakenCall = Pick<SessionOrder, 'opened' | 'policy' | 'resumed'>;

/** The calls that this process serves: opens them, finds them, and lets go of them. */
export class Calls implements CallStreamOwner {
  readonly hub = new CallHub();
  readonly #parts: CallsParts;
  readonly #live = new Map<string, LiveCall>();
  readonly #leaving: LeavingCalls;
  readonly #claims: CallClaims;
  readonly #memory: EvidenceMemory;
  readonly #load: Load;
  readonly #admission: Admission;
  readonly #observer: CallsObserver;
  #draining = false;
  #closing = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
    this.#observer = parts.observer ?? NOBODY;
    this.#leaving = new LeavingCalls(parts.store, parts.fingerprints, parts.onFailure);
    this.#claims = new CallClaims(parts.store, parts.openDossier);
    this.#load = new Load(parts.extractor, parts.overloadLagMs);
    this.#admission = new Admission(parts, this.#load);
    this.#memory = new EvidenceMemory(parts.resumeWindowMs, parts.maximumCalls);
  }

  /** All live calls of this process. */
  get live(): Iterable<LiveCall> {
    return this.#live.values();
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
    for (const { session } of this.#live.values()) unwritten += session.log.unwritten;
    return unwritten;
  }

  get store(): CallStore {
    return this.#parts.store;
  }

  get requests(): CallRequests {
    return this.#parts.requests;
  }

  find(tenantId: string, callId: string): LiveCall | undefined {
    return this.#live.get(callKey(tenantId, callId));
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
      return await this.#admit(principal, start, follower);
    } catch (error) {
      this.#observer.refused(error instanceof VouchError ? error.reason : 'INTERNAL');
      throw error;
    }
  }

  async #admit(principal: Principal, start: CallStart, follower?: StreamObserver): Promise<CallStream> {
    if (this.#draining) throw new VouchError('SHUTTING_DOWN', { retryAfterMs: RETRY_AFTER_MS });
    const { tenantId } = principal;
    // A call that is here already takes no more room when its stream comes back.
    if (this.find(tenantId, start.callId)) return this.#open(principal, start, follower);
    const tenants = [...this.#live.values()].map((live) => live.tenantId);
    this.#admission.open(tenantId, tenants, start.resumeToken === '');
    try {
      return await this.#open(principal, start, follower);
    } finally {
      this.#admission.opened(tenantId);
    }
  }

  async #open(principal: Principal, start: CallStart, follower?: StreamObserver): Promise<CallStream> {
    const { policies, calibrations, openDossier } = this.#parts;
    const { tenantId } = principal;
    const inTime = deadline(OPEN_WITHIN_MS);
    const current = inTime(await policies.current(tenantId, start.policyId));
    checkStart(start, current.policy);
    const calibration = inTime(await calibrations.forCall(tenantId, start.source));
    // A call that is taken up keeps the policy that it began with.
    const replays = start.resumeToken !== '' || current.policy.replayedCalls !== 'OFF';
    const terms = { callId: start.callId, sourceId: start.sourceId, replays };
    // Read before the call is opened: what cannot be read leaves no call behind.
    const dossiers = await openStartDossiers(openDossier, tenantId, start, terms, inTime, follower);
    const events = new EventQueue();
    const taken = await this.#take(principal, start, current);
    const observer = follow(this.#observer, taken.opened, follower);
    const order = {
      principal,
      start,
      calibration,
      ...taken,
      key: callKey(tenantId, start.callId),
      hub: this.hub,
      tell: (event: CallEvent) => {
        events.push(event);
        observer.told(event);
      },
      onLost: (error: VouchError) => {
        stream.fail(error);
      },
    };
    const session = buildSession(this.#parts, order, this.#load);
    const stream = new CallStream(session, events, this, observer);
    events.onOverflow = () => {
      stream.fail(new VouchError('STREAM_NOT_READ'));
    };
    const { maximumClaims } = order.policy.policy;
    const live = { session, stream, tenantId, epoch: order.opened.epoch, maximumClaims };
    this.#live.set(order.key, live);
    tellStarted(session, order);
    await this.#claimAtStart(live, order.resumed, start.claims, dossiers);
    if (order.opened.how === 'RESUMED') session.takeUp(order.resumed.kept);
    // The process may have begun to stop meanwhile.
    if (this.#closing) stream.fail(new VouchError('SHUTTING_DOWN'));
    return stream;
  }

  /** Makes the call this stream's. What fails after the database was asked for it leaves the call to another stream. */
  async #take(principal: Principal, start: CallStart, current: VersionedPolicy): Promise<TakenCall> {
    const { policies, store } = this.#parts;
    const { tenantId } = principal;
    const { callId } = start;
    const resumeToken = newResumeToken();
    try {
      const shadow = start.shadow || current.policy.shadow;
      const opened = await store.open(principal, { ...start, shadow }, current.reference, resumeToken);
      // In the same turn: the earlier stream tells nothing more under numbers that are not its own.
      this.find(tenantId, callId)?.stream.fail(new VouchError('CALL_TAKEN_OVER'));
      if (opened.how !== 'RESUMED') return { opened, policy: current, resumed: NEW_CALL };
      const policy = await policies.at(tenantId, opened.policyId, opened.policyVersion);
      const stored = await store.resumed(tenantId, callId);
      const heardHere = this.#memory.take(callKey(tenantId, callId), opened.epoch - 1);
      return { opened, policy, resumed: { ...stored, kept: heardHere ?? stored.kept } };
    } catch (error) {
      this.#leaving.giveBack(tenantId, callId, resumeToken);
      throw error;
    }
  }

  async #claimAtStart(
    live: LiveCall,
    { claims }: ResumedCall,
    startClaims: readonly Claim[],
    dossiers: ReadonlyMap<string, ClaimDossier>,
  ): Promise<void> {
    const { session, stream } = live;
    try {
      await this.#claims.restore(live, claims, dossiers);
      await this.#claims.add(session.principal, live, startClaims, dossiers);
      if (session.assessment.claims.length === 0) session.look();
    } catch (error) {
      // It is told to the stream after the start, with the token that lets another take the call up.
      stream.fail(error);
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
    const { store } = this.#parts;
    const { principal, callId } = session;
    if (paused) session.unstoredPauses++;
    session.log.afterwards(async () => {
      if (paused) {
        const { controlVersion } = await store.pause(principal, callId, reason, '');
        session.controlVersion = controlVersion;
        session.unstoredPauses--;
      } else if (!session.paused) {
        const { controlVersion } = await store.resume(principal, callId, '', session.controlVersion);
        // Another version than the next one: somebody else spoke meanwhile, and the poller will tell.
        if (controlVersion === session.controlVersion + 1) session.controlVersion = controlVersion;
      }
    });
  }

  /** Lets go of a session. An interrupted call may be taken up again; the janitor ends it when nobody does. */
  release(session: CallSession, how: SessionEnd): void {
    const key = callKey(session.principal.tenantId, session.callId);
    const live = this.#live.get(key);
    if (live?.session !== session) return;
    this.#live.delete(key);
    const { kept } = session.assessment;
    if (how !== 'ENDED' && kept) this.#memory.put(key, live.epoch, kept);
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
    this.#draining = true;
    for (const { session } of this.#live.values()) session.tellDrain(deadline);
  }

  /** Cuts what is left. What was told is written, as far as the database takes it within a few seconds. */
  async close(): Promise<void> {
    this.#draining = this.#closing = true;
    for (const { stream } of [...this.#live.values()]) stream.fail(new VouchError('SHUTTING_DOWN'));
    await this.#leaving.close();
    this.#load.close();
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
