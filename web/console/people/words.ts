/** Words for what the contract says of people. */
export const PURPOSES: readonly (readonly [string, string])[] = [
  ['PURPOSE_VERIFY', 'Verify: make, keep and compare a voiceprint'],
  ['PURPOSE_IDENTIFY', 'Identify: tell who of the household speaks'],
  ['PURPOSE_ADAPT', 'Adapt: learn from later calls'],
  ['PURPOSE_RETAIN_AUDIO', 'Retain audio: keep the enrolment recording'],
  ['PURPOSE_CALIBRATE', 'Calibrate: use scores of confirmed calls'],
];

/** The short form of a purpose. */
export function purposeWord(purpose: string | undefined): string {
  return PURPOSES.find(([value]) => value === purpose)?.[1].split(':')[0] ?? '–';
}

export const VALUES: Readonly<Record<string, string>> = {
  CONSENT_VALUE_GRANTED: 'yes',
  CONSENT_VALUE_REFUSED: 'no',
  CONSENT_VALUE_NOT_ASKED: 'not asked',
  CONSENT_VALUE_NOT_NOW: 'not now',
};

export const LAPSES: Readonly<Record<string, string>> = {
  GRANT_LAPSE_EXPIRED: 'It has expired: ask again.',
  GRANT_LAPSE_NEW_NOTICE: 'A later version of the notice needs consent anew: ask again under that one.',
  GRANT_LAPSE_RESTRICTED: 'Processing is restricted.',
  GRANT_LAPSE_OBJECTED: 'The person objected.',
};

export const STATES: readonly (readonly [string, string, string])[] = [
  [
    'SPEAKER_STATE_LEGAL_HOLD',
    'Legal hold',
    'Nothing of this person is destroyed, by request or by retention, until it is lifted. It keeps nobody comparable.',
  ],
  [
    'SPEAKER_STATE_RESTRICTED',
    'Processing restricted',
    'Voiceprints are kept, but nothing is compared, enrolled or learnt from (GDPR art. 18).',
  ],
  [
    'SPEAKER_STATE_OBJECTED',
    'Objection',
    'The person objected (GDPR art. 21): nothing is compared until that is dealt with.',
  ],
];

export function stateWord(state: string | undefined): string {
  return STATES.find(([value]) => value === state)?.[1] ?? '–';
}

export const CHANNELS: readonly (readonly [string, string])[] = [
  ['NOTICE_CHANNEL_AGENT_SCRIPT', 'Read aloud by an agent'],
  ['NOTICE_CHANNEL_IVR', 'Played by a voice menu'],
  ['NOTICE_CHANNEL_WEB', 'On a page or in an app'],
  ['NOTICE_CHANNEL_PAPER', 'On paper'],
];

export function channelWord(channel: string | undefined): string {
  return CHANNELS.find(([value]) => value === channel)?.[1] ?? '–';
}

export const STRENGTHS: readonly (readonly [string, string])[] = [
  ['PROOFING_STRENGTH_LOW', 'Weak: something others may know'],
  ['PROOFING_STRENGTH_MEDIUM', 'Fair: a possession, or several facts'],
  ['PROOFING_STRENGTH_HIGH', 'Strong: in person, or a verified document'],
];

export const PROOFS: readonly (readonly [string, string])[] = [
  ['one-time-code', 'One-time code'],
  ['knowledge-questions', 'Security questions'],
  ['document', 'Identity document'],
  ['branch-visit', 'In person, at a branch'],
];

const LEFT_OUT: Readonly<Record<string, string>> = {
  LEFT_OUT_REASON_STATE:
    'A legal hold, a restriction or an objection holds: somebody must look at them first',
  LEFT_OUT_REASON_UNREADABLE: 'What is held of them cannot be read',
  LEFT_OUT_REASON_TOO_LARGE: 'More than 4 MiB are held of them',
  LEFT_OUT_REASON_EXISTS: 'Known here already: nothing of them was changed',
  LEFT_OUT_REASON_OPTED_OUT: 'They opted out here',
  LEFT_OUT_REASON_ERASED: 'They were erased here after what they last said there',
  LEFT_OUT_REASON_OTHER_MODEL: 'No voiceprint of theirs was made by a model that is known here',
  LEFT_OUT_REASON_UNKNOWN_FORM: 'The file was made by a version that this one does not understand',
};

/** Why somebody did not move. */
export function leftOutWord(reason: string | undefined): string {
  return LEFT_OUT[reason ?? ''] ?? '–';
}
