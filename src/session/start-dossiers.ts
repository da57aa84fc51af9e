import type { CallStart } from '../domain/call.js';
import type { StreamObserver } from './observer.js';
import type { ClaimDossier, DossierTerms, OpenDossier } from './ports.js';

/**
 * Reads what is known of everybody whom a start claims.
 *
 * @param inTime lets what came by now pass, or throws
 * @param follower is told how it went
 */
export async function openStartDossiers(
  openDossier: OpenDossier,
  tenantId: string,
  { claims }: CallStart,
  terms: DossierTerms,
  inTime: (dossier: ClaimDossier) => ClaimDossier,
  follower: StreamObserver | undefined,
): Promise<ReadonlyMap<string, ClaimDossier>> {
  const beganMs = performance.now();
  const dossiers = new Map<string, ClaimDossier>();
  for (const { speakerId } of claims)
    dossiers.set(speakerId, inTime(await openDossier(tenantId, speakerId, terms)));
  const grounds = [...dossiers.values()].filter(({ grant }) => grant !== null).length;
  follower?.asked?.(dossiers.size, grounds, performance.now() - beganMs);
  return dossiers;
}
