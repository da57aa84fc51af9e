/** A field of a policy: what it is called, and in what unit people write it. */
export interface PolicyField {
  /** Where it stands in the policy, for example `enrolment.waitingPeriodMs`. */
  readonly path: string;
  readonly label: string;
  readonly unit: '' | '%' | 's' | 'min' | 'h' | 'days' | 'yes' | keyof typeof CHOICES;
  readonly hint?: string;
  /** Of a new part of the form. */
  readonly heading?: string;
}

/** Of fields that are chosen and not typed: each value with its words. */
const CHOICES = {
  action: [
    ['NEXT_ACTION_SKIP_QUESTIONS', 'Skip the security questions'],
    ['NEXT_ACTION_ASK_QUESTIONS', 'Ask the security questions'],
    ['NEXT_ACTION_STEP_UP', 'Ask for another factor'],
    ['NEXT_ACTION_OFFER_ENROLMENT', 'Offer enrolment'],
    ['NEXT_ACTION_REFER', 'Refer to somebody else'],
    ['NEXT_ACTION_WAIT', 'Wait'],
  ],
  approval: [
    ['APPROVAL_NONE', 'Not needed'],
    ['APPROVAL_REQUIRED', 'By somebody else than who enrolled'],
  ],
  replayed: [
    ['REPLAYED_CALLS_REFUSE', 'Are not accepted'],
    ['REPLAYED_CALLS_ADVISORY', 'Are told, and may be accepted'],
    ['REPLAYED_CALLS_OFF', 'Are not looked for'],
  ],
  synthetic: [
    ['SYNTHETIC_SPEECH_REFUSE', 'Are not accepted'],
    ['SYNTHETIC_SPEECH_ADVISORY', 'Are told, and may be accepted'],
    ['SYNTHETIC_SPEECH_OFF', 'Are not looked for'],
  ],
} as const satisfies Record<string, readonly (readonly [string, string])[]>;

/** The choices of a field; undefined where it is typed. */
export function choicesOf(unit: PolicyField['unit']): readonly (readonly [string, string])[] | undefined {
  return Object.hasOwn(CHOICES, unit) ? CHOICES[unit as keyof typeof CHOICES] : undefined;
}

/** All of a policy that people set, in the order of the form. */
export const POLICY_FIELDS: readonly PolicyField[] = [
  {
    path: 'targetFalseMatchRate',
    label: 'False matches to keep below',
    unit: '%',
    heading: 'Verified or not',
    hint: 'Of impostors, over a whole call with all looks, voiceprints and claims. From 0.01 to 20.',
  },
  {
    path: 'rejectBelowLlr',
    label: 'Reject at or below',
    unit: '',
    hint: 'Log-likelihood ratio, from -100 to below 0. The lower, the fewer genuine callers are turned away.',
  },
  { path: 'minimumNetSpeechMs', label: 'Speech before the first decision', unit: 's' },
  { path: 'rejectMinimumNetSpeechMs', label: 'Speech before a rejection', unit: 's' },
  { path: 'maximumNetSpeechMs', label: 'Speech after which an undecided call stays so', unit: 's' },
  { path: 'decisionHoldsMs', label: 'How long a decision holds', unit: 'min' },
  {
    path: 'shadow',
    label: 'Shadow mode',
    unit: 'yes',
    hint: 'Decisions are taken and recorded, and agents are shown none of them. Run so until a calibration is fitted to your own calls, and compare what would have been decided with what turned out to be true.',
  },
  {
    path: 'allowMixedAudio',
    label: 'Take calls with both parties in one channel',
    unit: 'yes',
    heading: 'Calls',
    hint: 'The agent’s voice is then in what is compared. Better: let the platform send two channels.',
  },
  {
    path: 'replayedCalls',
    label: 'Calls that sound like a recording of an earlier one',
    unit: 'replayed',
    hint: 'Of the same person: their earlier calls, and what they enrolled with.',
  },
  {
    path: 'syntheticSpeech',
    label: 'Calls whose speech sounds synthetic',
    unit: 'synthetic',
    hint: 'Only where a countermeasure model was brought along; none comes with the software.',
  },
  { path: 'maximumClaims', label: 'Different people that one call may claim', unit: '' },
  { path: 'maximumCallMs', label: 'Longest call', unit: 'min' },
  {
    path: 'nextActions.accept',
    label: 'When verified',
    unit: 'action',
    heading: 'What agents are told to do',
  },
  { path: 'nextActions.acceptHighRisk', label: 'When verified and much is at stake', unit: 'action' },
  {
    path: 'nextActions.replaySuspected',
    label: 'When a recording or a synthetic voice is suspected',
    unit: 'action',
  },
  { path: 'nextActions.reject', label: 'When not verified', unit: 'action' },
  { path: 'nextActions.notEnrolled', label: 'When not enrolled, or expired', unit: 'action' },
  { path: 'nextActions.otherwise', label: 'In all other cases', unit: 'action' },
  {
    path: 'enrolment.minimumNetSpeechFromCallMs',
    label: 'Speech from a call',
    unit: 's',
    heading: 'What a voiceprint needs',
  },
  { path: 'enrolment.minimumNetSpeechFromRecordingMs', label: 'Speech from a recording', unit: 's' },
  {
    path: 'enrolment.waitingPeriodMs',
    label: 'Waits before its first use',
    unit: 'h',
    hint: '0: not at all. A wait leaves time to notice a wrong enrolment.',
  },
  { path: 'enrolment.approval', label: 'Approval', unit: 'approval' },
  {
    path: 'enrolment.minimumConsistency',
    label: 'Least likeness of the speech with itself',
    unit: '',
    hint: 'Cosine, -1 to 1: below it the speech is not one person’s.',
  },
  { path: 'enrolment.minimumSnrDb', label: 'Speech above background, dB', unit: '' },
  { path: 'enrolment.maximumClippedShare', label: 'Overdriven samples at most', unit: '%' },
  { path: 'enrolment.maximumLabels', label: 'Labelled voiceprints for each person', unit: '' },
  {
    path: 'enrolment.partialEvidenceMs',
    label: 'Speech that was not enough is kept for',
    unit: 'days',
    hint: '0: not at all.',
  },
  {
    path: 'enrolment.adaptation',
    label: 'Voiceprints may learn from calls',
    unit: 'yes',
    hint: 'Of people who agreed to it, and only where a call is well above the threshold.',
  },
  {
    path: 'enrolment.adaptationMarginLlr',
    label: 'How far above, to learn from a call',
    unit: '',
    hint: 'Log-likelihood ratio above the threshold, 0 to 100.',
  },
];

/** The fields under their headings. */
export function policyParts() {
  const parts: { readonly heading: string; readonly fields: PolicyField[] }[] = [];
  for (const field of POLICY_FIELDS) {
    if (field.heading) parts.push({ heading: field.heading, fields: [] });
    parts.at(-1)?.fields.push(field);
  }
  return parts;
}
