import type { VoiceprintStatus } from '../domain/people.js';

/** What a voiceprint's standing depends on. */
export interface Standing {
  readonly voiceprintId: string;
  readonly label: string;
  readonly version: number;
  readonly status: VoiceprintStatus;
  readonly usableFrom: Date | null;
}

/**
 * The status of each of a speaker's voiceprints as of now. A PENDING one becomes ACTIVE when its time comes and then
 * supersedes the one before it under its label, which stays in use until then: nothing needs to run at that moment, and
 * the stored status catches up with the next change.
 *
 * @param voiceprints - all of one speaker
 * @returns by voiceprint id
 */
export function settle(voiceprints: readonly Standing[], now: Date): Map<string, VoiceprintStatus> {
  const inUse = (each: Standing): boolean =>
    each.status === 'ACTIVE' ||
    (each.status === 'PENDING' && each.usableFrom !== null && each.usableFrom <= now);
  const latest = new Map<string, number>();
  for (const { label, version } of voiceprints.filter(inUse)) {
    latest.set(label, Math.max(version, latest.get(label) ?? 0));
  }
  return new Map(
    voiceprints.map((each) => {
      if (!inUse(each)) return [each.voiceprintId, each.status];
      return [each.voiceprintId, each.version === latest.get(each.label) ? 'ACTIVE' : 'SUPERSEDED'];
    }),
  );
}
