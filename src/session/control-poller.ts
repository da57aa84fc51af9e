import type { ConsentGate } from '../consent/index.js';
import type { Clock } from '../domain/clock.js';
import { VouchError } from '../errors.js';
import type { CallSession } from './call-session.js';
import type { CallCommands } from './call-commands.js';
import type { Calls } from './calls.js';
import type { ClaimTrack } from './claim-track.js';
import { askedForBeside, dossierTermsOf, groundOf } from './ground.js';
import { callKey, type LiveCall } from './live-call.js';
import type { Overrides } from './overrides.js';
import type { ClaimDossier, OpenDossier } from './ports.js';
import type { Replica } from './replica.js';

export interface ControlPollerParts {
  readonly calls: Calls;
  readonly commands: CallCommands;
  readonly overrides: Overrides;
  readonly replica: Replica;
  readonly gate: ConsentGate;
  readonly openDossier: OpenDossier;
  readonly clock: Clock;
  /** How often the database is asked, ms: pauses and withdrawals reach running calls within about this time. */
  readonly everyMs: number;
  /** Told of a round that failed; the next one tries again. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Brings to this process's calls what was recorded elsewhere: that another has them, pauses and resumptions, commands,
 * overridden decisions, and every change of the consent of a claimed speaker. Each round that succeeds renews the consent
 * lease of the calls; without one it runs out.
 */
export class ControlPoller {
  readonly #parts: ControlPollerParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<boolean> | undefined;
  #stopped = false;

  constructor(parts: ControlPollerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.#schedule();
  }

  /** No more rounds; resolves when the last one is over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /**
   * Asks now. Resolves when a round that began after this call is over, with whether all that was recorded before it is in
   * force here.
   */
  async poke(): Promise<boolean> {
    await this.#round;
    this.#round ??= this.#run();
    return this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.poke().then(() => {
        this.#schedule();
      });
    }, this.#parts.everyMs);
  }

  async #run(): Promise<boolean> {
    const results = await Promise.allSettled([
      this.#taken(),
      this.#controls(),
      this.#parts.commands.begin(),
      this.#overrides(),
      this.#consents(),
    ]);
    this.#round = undefined;
    for (const { session } of this.#parts.calls.live) session.checkLease();
    for (const result of results) if (result.status === 'rejected') this.#parts.onFailure(result.reason);
    return results.every((result) => result.status === 'fulfilled');
  }

  /** A stream whose call another has by now, or was ended, is let go of: its client may be too far gone to notice. */
  async #taken(): Promise<void> {
    const { calls, replica } = this.#parts;
    // Those that are opened while the database is asked are not meant.
    const before = [...calls.live];
    if (before.length === 0) return;
    const owned = await replica.owned();
    const epochs = new Map(owned.map(({ tenantId, callId, epoch }) => [callKey(tenantId, callId), epoch]));
    for (const { session, stream, tenantId, epoch } of before) {
      if (epochs.get(callKey(tenantId, session.callId)) !== epoch)
        stream.fail(new VouchError('CALL_TAKEN_OVER'));
    }
  }

  async #controls(): Promise<void> {
    const { calls, replica } = this.#parts;
    if (calls.count === 0) return;
    for (const control of await replica.controls()) {
      const live = calls.find(control.tenantId, control.callId);
      if (live?.epoch !== control.epoch) continue;
      const { session } = live;
      if (session.unstoredPauses > 0) continue;
      if (control.controlVersion > session.controlVersion) {
        if (control.paused) session.pause(control.pauseReason, 'REQUEST');
        else session.resume('REQUEST');
        session.controlVersion = control.controlVersion;
      }
      // Another stream may have the call by now.
      await replica.acknowledge(control).catch(this.#parts.onFailure);
    }
  }

  /** What was recorded beside decisions, on whichever process, becomes an event of the call. */
  async #overrides(): Promise<void> {
    const { calls, replica, overrides } = this.#parts;
    if (calls.count === 0) return;
    for (const untold of await overrides.untold(replica.replicaId)) {
      const session = calls.find(untold.tenantId, untold.callId)?.session;
      const override = session && (await overrides.find(untold));
      if (override && session.overridden(override)) session.log.afterwards(() => overrides.told(untold));
    }
  }

  async #consents(): Promise<void> {
    const byTenant = new Map<string, LiveCall[]>();
    for (const live of this.#parts.calls.live) {
      byTenant.set(live.tenantId, [...(byTenant.get(live.tenantId) ?? []), live]);
    }
    await Promise.all([...byTenant].map(([tenantId, live]) => this.#consentsOf(tenantId, live)));
  }

  /** What cannot be read gives no ground, for this speaker alone; a database that is away is waited for. */
  async #read(tenantId: string, session: CallSession, claim: ClaimTrack): Promise<ClaimDossier> {
    const askedFor = askedForBeside(session.start, session.assessment.claims, claim.claimNumber);
    try {
      return await this.#parts.openDossier(tenantId, claim.speakerId, {
        ...dossierTermsOf(session),
        askedFor,
      });
    } catch (error) {
      if (error instanceof VouchError && error.kind === 'UNAVAILABLE') throw error;
      this.#parts.onFailure(error);
      return {
        ...claim.dossier,
        grant: null,
        identify: null,
        reasons: [],
        voiceprints: [],
        until: null,
        version: 'unreadable',
      };
    }
  }

  async #consentsOf(tenantId: string, live: readonly LiveCall[]): Promise<void> {
    const { gate, clock } = this.#parts;
    const readAtMs = clock.now().getTime();
    const claims = live.flatMap(({ session }) =>
      session.assessment.claims.map((claim) => ({ session, claim })),
    );
    const seen = claims.map(({ claim }) => ({ speakerId: claim.speakerId, version: claim.dossier.version }));
    const changed = new Set(await gate.changedSince(tenantId, seen));
    for (const { session, claim } of claims) {
      const ends = [groundOf(claim.dossier)?.expiresAt, claim.dossier.until].map(
        (end) => end?.getTime() ?? Infinity,
      );
      // What may be known of the others rests on the account of the person asked for, too.
      const askedFor = askedForBeside(session.start, session.assessment.claims, claim.claimNumber);
      const isChanged = changed.has(claim.speakerId) || (askedFor !== undefined && changed.has(askedFor));
      if (!isChanged && Math.min(...ends) > readAtMs) continue;
      session.consentRead(claim, await this.#read(tenantId, session, claim));
    }
    for (const { session } of live) session.renewLease(readAtMs);
  }
}
