import { plain } from '../shell/format.js';
import type { Look } from '../plots/look.js';

/** What a decision says, in words for people. */
export const KIND_WORDS: Readonly<Record<string, string>> = {
  DECISION_KIND_ACCEPT: 'Verified',
  DECISION_KIND_REJECT: 'Not verified',
  DECISION_KIND_INCONCLUSIVE: 'Inconclusive',
  DECISION_KIND_NOT_ENOUGH_SPEECH: 'Not enough speech',
  DECISION_KIND_SPEAKER_ID_NOT_PROVIDED: 'Nobody claimed',
  DECISION_KIND_SPEAKER_NOT_ENROLLED: 'Not enrolled',
  DECISION_KIND_SPEAKER_EXPIRED: 'Voiceprint expired',
  DECISION_KIND_SPEAKER_OPTED_OUT: 'Opted out',
  DECISION_KIND_CONSENT_MISSING: 'Consent missing',
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  REASON_CODE_LOW_SNR: 'Much background noise',
  REASON_CODE_CLIPPED: 'Overdriven audio',
  REASON_CODE_SHORT_SPEECH: 'Little speech',
  REASON_CODE_LOW_LEVEL: 'Very quiet audio',
  REASON_CODE_NARROW_BANDWIDTH: 'Narrow bandwidth',
  REASON_CODE_TONE_OR_MUSIC: 'Tones or music',
  REASON_CODE_SEVERAL_SPEAKERS: 'Several voices',
  REASON_CODE_CALIBRATION_NOT_FITTED: 'Calibration not fitted to these calls',
  REASON_CODE_REPLAY_SUSPECTED: 'Sounds like a recording of an earlier call',
  REASON_CODE_SPOOF_SUSPECTED: 'Sounds synthetic',
  REASON_CODE_LLR_CLIPPED: 'Evidence at the bounds',
};

export function kindWords(kind: string | undefined): string {
  return KIND_WORDS[kind ?? ''] ?? plain(kind, 'DECISION_KIND_');
}

export function reasonWords(reason: string | undefined): string {
  return REASON_WORDS[reason ?? ''] ?? plain(reason, 'REASON_CODE_');
}

/** How a decision is marked beside its words. */
export function kindTag(kind: string | undefined): 'good' | 'bad' | 'warn' | '' {
  if (kind === 'DECISION_KIND_ACCEPT') return 'good';
  if (kind === 'DECISION_KIND_REJECT') return 'bad';
  return UNDECIDED.has(kind ?? '') ? 'warn' : '';
}

const UNDECIDED: ReadonlySet<string> = new Set([
  'DECISION_KIND_INCONCLUSIVE',
  'DECISION_KIND_NOT_ENOUGH_SPEECH',
]);

/** The four things that can become of a call, as plots show them. */
export const OUTCOMES: readonly {
  readonly text: string;
  readonly look: Look;
  readonly has: (kind: string) => boolean;
}[] = [
  { text: 'Verified', look: 'good', has: (kind) => kind === 'DECISION_KIND_ACCEPT' },
  { text: 'Not verified', look: 'bad', has: (kind) => kind === 'DECISION_KIND_REJECT' },
  { text: 'Undecided', look: 'warn', has: (kind) => UNDECIDED.has(kind) },
  {
    text: 'Not compared',
    look: 'calm',
    has: (kind) => kind !== 'DECISION_KIND_ACCEPT' && kind !== 'DECISION_KIND_REJECT' && !UNDECIDED.has(kind),
  },
];

export const SOURCES: readonly (readonly [string, string])[] = [
  ['SOURCE_PROFILE_LANDLINE', 'Landline'],
  ['SOURCE_PROFILE_MOBILE', 'Mobile'],
  ['SOURCE_PROFILE_VOIP', 'Internet telephony'],
];

export function sourceWords(source: string | undefined, otherwise = 'Not stated'): string {
  return SOURCES.find(([each]) => each === source)?.[1] ?? otherwise;
}

const STATES: Readonly<Record<string, string>> = {
  CALL_STATE_EXPECTED: 'Expected',
  CALL_STATE_LIVE: 'Live',
  CALL_STATE_INTERRUPTED: 'Interrupted',
  CALL_STATE_ENDED: 'Ended',
};

export function stateWords(state: string | undefined): string {
  return STATES[state ?? ''] ?? plain(state, 'CALL_STATE_');
}

/** For example `2 min`, `3 h`, `12 days`: how long something has been. */
export function age(since: string | undefined, now = Date.now()): string {
  if (!since) return '–';
  const seconds = Math.max(0, (now - new Date(since).getTime()) / 1000);
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
