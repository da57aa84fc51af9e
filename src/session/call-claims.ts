import type { Claim } from '../domain/call.js';
import type { Principal } from '../domain/principal.js';
import type { CallSession } from './call-session.js';
import type { CallStore, ResumedCall } from './call-store.js';
import type { LiveCall } from './live-call.js';
import { askedForBeside, dossierTermsOf } from './ground.js';
import type { ClaimDossier, OpenDossier } from './ports.js';

/** What is known already of those who are claimed. */
type Dossiers = ReadonlyMap<string, ClaimDossier>;

/** Brings claims to the sessions that they are made in: opened, numbered and kept. */
export class CallClaims {
  constructor(
    private readonly store: CallStore,
    private readonly openDossier: OpenDossier,
  ) {}

  /** Gives a session the claims that an earlier stream of its call made. */
  async restore(live: LiveCall, claims: ResumedCall['claims'], known: Dossiers): Promise<void> {
    const { session, tenantId } = live;
    for (const { claimNumber, speakerId, method } of claims) {
      const dossier =
        known.get(speakerId) ?? (await this.openDossier(tenantId, speakerId, dossierTermsOf(session)));
      const asked = await this.#asAsked(live, claimNumber, speakerId, dossier);
      session.claimed(claimNumber, speakerId, method, asked);
    }
  }

  /**
   * Numbers and keeps claims, and gives them to the session; those made before change nothing.
   *
   * @param principal - who makes them
   * @throws TOO_MANY_CLAIMS, CALL_TAKEN_OVER, CALL_ENDED, DATABASE_UNAVAILABLE
   */
  async add(
    principal: Principal,
    live: LiveCall,
    claims: readonly Claim[],
    known: Dossiers = new Map(),
  ): Promise<void> {
    const { session, tenantId } = live;
    for (const { speakerId, method, mediaTimeMs } of claims) {
      if (hasClaimed(session, speakerId)) continue;
      const dossier =
        known.get(speakerId) ?? (await this.openDossier(tenantId, speakerId, dossierTermsOf(session)));
      const claimNumber = await this.store.claim(
        principal,
        session.callId,
        live.epoch,
        {
          speakerId,
          speakerRef: dossier.speakerRef,
          method,
          mediaTimeMs: mediaTimeMs ?? session.heard.audioMs,
        },
        live.maximumClaims,
      );
      const asked = await this.#asAsked(live, claimNumber, speakerId, dossier);
      if (!hasClaimed(session, speakerId)) session.claimed(claimNumber, speakerId, method, asked);
    }
  }

  /** What may be known of a claimed speaker in this call: less of those who only help to tell who answered. */
  async #asAsked(
    { session, tenantId }: LiveCall,
    claimNumber: number,
    speakerId: string,
    dossier: ClaimDossier,
  ): Promise<ClaimDossier> {
    const askedFor = askedForBeside(session.start, session.assessment.claims, claimNumber);
    if (askedFor === undefined) return dossier;
    return this.openDossier(tenantId, speakerId, { ...dossierTermsOf(session), askedFor });
  }
}

/** Two requests may claim the same speaker at the same time. */
function hasClaimed({ assessment }: CallSession, speakerId: string): boolean {
  return assessment.claims.some((claim) => claim.speakerId === speakerId);
}
