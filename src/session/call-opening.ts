import type { CallStart } from '../domain/call.js';
import type { CallEvent } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { VersionedPolicy } from '../tenant/index.js';
import type { Admission } from './admission.js';
import { buildSession, checkStart, tellStarted, type SessionOrder } from './build-session.js';
import type { CallClaims } from './call-claims.js';
import { newResumeToken, type ResumedCall } from './call-store.js';
import { CallStream, type CallStreamOwner } from './call-stream.js';
import { deadline } from './deadline.js';
import { EventQueue } from './event-queue.js';
import type { EvidenceMemory } from './evidence-memory.js';
import type { CallHub } from './hub.js';
import type { LeavingCalls } from './leaving-calls.js';
import { callKey, type LiveCall, type LiveCalls } from './live-call.js';
import type { Load } from './load.js';
import { follow, type CallsObserver, type StreamObserver } from './observer.js';
import type { CallsParts, ClaimDossier } from './ports.js';
import { openStartDossiers } from './start-dossiers.js';

/** What a stream goes on with that is the first of its call. */
const NEW_CALL: ResumedCall = { claims: [], decisionId: '', suspected: [], kept: null };

/** A call that a stream got, and what it goes on with. */
type TakenCall = Pick<SessionOrder, 'opened' | 'policy' | 'resumed'>;

export interface CallOpeningParts extends CallsParts {
  readonly observer: CallsObserver;
  readonly hub: CallHub;
  /** Where a call is once it is opened. */
  readonly live: LiveCalls;
  readonly load: Load;
  readonly admission: Admission;
  readonly claims: CallClaims;
  readonly memory: EvidenceMemory;
  readonly leaving: LeavingCalls;
  readonly owner: CallStreamOwner;
}

/** Brings a stream to its call, a new one or one that it takes up: let in, read of, taken, told, and with the claims of its start. */
export class CallOpening {
  readonly #parts: CallOpeningParts;

  constructor(parts: CallOpeningParts) {
    this.#parts = parts;
  }

  /** As {@link Calls.open}, but for a process that stops. */
  async open(principal: Principal, start: CallStart, follower?: StreamObserver): Promise<CallStream> {
    const { live, admission } = this.#parts;
    const { tenantId } = principal;
    // A call that is here already takes no more room when its stream comes back.
    if (live.find(tenantId, start.callId)) return this.#open(principal, start, follower);
    const tenants = [...live].map((each) => each.tenantId);
    admission.open(tenantId, tenants, start.resumeToken === '');
    try {
      return await this.#open(principal, start, follower);
    } finally {
      admission.opened(tenantId);
    }
  }

  async #open(principal: Principal, start: CallStart, follower?: StreamObserver): Promise<CallStream> {
    const { policies, calibrations, openDossier, hub, load, openWithinMs } = this.#parts;
    const { tenantId } = principal;
    const inTime = deadline(openWithinMs);
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
    // Another one may have come for the call, and been quicker.
    this.#parts.live.supersede(tenantId, start.callId, taken.opened.epoch);
    const observer = follow(this.#parts.observer, taken.opened, follower);
    const order = {
      principal,
      start,
      calibration,
      ...taken,
      key: callKey(tenantId, start.callId),
      hub,
      tell: (event: CallEvent) => {
        events.push(event);
        observer.told(event);
      },
      onLost: (error: VouchError) => {
        stream.fail(error);
      },
    };
    const session = buildSession(this.#parts, order, load);
    const stream = new CallStream(session, events, this.#parts.owner, observer);
    events.onOverflow = () => {
      stream.fail(new VouchError('STREAM_NOT_READ'));
    };
    const { maximumClaims } = order.policy.policy;
    const live = { session, stream, tenantId, epoch: order.opened.epoch, maximumClaims };
    this.#parts.live.add(live);
    tellStarted(session, order);
    await this.#claimAtStart(live, order.resumed, start.claims, dossiers);
    if (order.opened.how === 'RESUMED') session.takeUp(order.resumed.kept);
    return stream;
  }

  /** Makes the call this stream's. What fails after the database was asked for it leaves the call to another stream. */
  async #take(principal: Principal, start: CallStart, current: VersionedPolicy): Promise<TakenCall> {
    const { policies, store, live, memory, leaving } = this.#parts;
    const { tenantId } = principal;
    const { callId } = start;
    const resumeToken = newResumeToken();
    try {
      const shadow = start.shadow || current.policy.shadow;
      const opened = await store.open(principal, { ...start, shadow }, current.reference, resumeToken);
      // In the same turn: the earlier stream tells nothing more under numbers that are not its own.
      live.supersede(tenantId, callId, opened.epoch);
      if (opened.how !== 'RESUMED') return { opened, policy: current, resumed: NEW_CALL };
      const policy = await policies.at(tenantId, opened.policyId, opened.policyVersion);
      const stored = await store.resumed(tenantId, callId);
      const heardHere = memory.take(callKey(tenantId, callId), opened.epoch - 1);
      return { opened, policy, resumed: { ...stored, kept: heardHere ?? stored.kept } };
    } catch (error) {
      leaving.giveBack(tenantId, callId, resumeToken);
      throw error;
    }
  }

  async #claimAtStart(
    live: LiveCall,
    { claims }: ResumedCall,
    startClaims: CallStart['claims'],
    dossiers: ReadonlyMap<string, ClaimDossier>,
  ): Promise<void> {
    const { session, stream } = live;
    const { claims: made } = this.#parts;
    try {
      await made.restore(live, claims, dossiers);
      await made.add(session.principal, live, startClaims, dossiers);
      if (session.assessment.claims.length === 0) session.look();
    } catch (error) {
      // It is told to the stream after the start, with the token that lets another take the call up.
      stream.fail(error);
    }
  }
}
