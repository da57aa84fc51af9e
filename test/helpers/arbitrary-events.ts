import fc from 'fast-check';
import type { ClaimResult, Decision } from '../../src/domain/decision.js';
import type { CallEventBody } from '../../src/domain/event.js';
import type { SpeechQuality } from '../../src/domain/speech.js';

// JSON has no negative zero.
const number = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Object.is(value, -0) ? 0 : value));
const count = fc.nat();
// Any text that PostgreSQL takes: no NUL.
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
const date = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const artefact = fc.record({ id: text, version: count, sha256: text });
const kind = fc.constantFrom('ACCEPT', 'REJECT', 'INCONCLUSIVE', 'CONSENT_MISSING');
const reasons = fc.array(fc.constantFrom('LOW_SNR', 'CLIPPED', 'SPEAKER_CHANGED'), { maxLength: 3 });
const risk = fc.constantFrom('NOT_PERFORMED', 'SUSPECTED');

const quality: fc.Arbitrary<SpeechQuality> = fc.record({
  snrDb: maybe(number),
  clippedShare: number,
  levelSpreadDb: maybe(number),
  bandContrastDb: maybe(number),
  slowDecayDb: maybe(number),
  embeddingLength: maybe(number),
  toneOrMusicShare: number,
  otherVoiceShare: maybe(number),
  levelDbfs: maybe(number),
  bandwidthHz: maybe(number),
});

const claimResult: fc.Arbitrary<ClaimResult> = fc.record({
  claimNumber: fc.integer({ min: 1, max: 5 }),
  speakerId: text,
  kind,
  consentEventId: text,
  voiceprintId: text,
  voiceprintVersion: count,
  voiceprintLabel: text,
  confidence: maybe(number),
  score: maybe(number),
  secondScore: maybe(number),
  llr: maybe(number),
  llrClipped: fc.boolean(),
  speech: maybe(fc.record({ netSpeechMs: count, quality })),
  reasons,
});

/** Any decision with this id. */
export const decision = (decisionId: string): fc.Arbitrary<Decision> =>
  fc.record({
    decisionId: fc.constant(decisionId),
    supersedesDecisionId: text,
    kind,
    finality: fc.constantFrom('PROVISIONAL', 'FINAL'),
    mediaStartMs: count,
    mediaEndMs: count,
    decidedAt: date,
    holdsUntil: date,
    claims: fc.array(claimResult, { maxLength: 3 }),
    confidence: maybe(number),
    confidenceBand: maybe(fc.constantFrom('LOW', 'VERY_HIGH')),
    score: maybe(number),
    llr: maybe(number),
    llrClipped: fc.boolean(),
    netSpeechMs: count,
    quality,
    looks: count,
    claimsSoFar: count,
    policy: artefact,
    models: fc.array(artefact, { maxLength: 2 }),
    calibration: artefact,
    calibrationFit: fc.constantFrom('FITTED', 'SHIPPED', 'OTHER_SOURCE'),
    reasons,
    statedFalseMatchRate: maybe(
      fc.record({ rate: number, low: number, high: number, impostorTrials: count, speakers: count }),
    ),
    risks: fc.record({ spoof: risk, replay: risk, watchlist: risk, attempts: risk }),
    shadow: fc.boolean(),
    nextAction: fc.constantFrom('WAIT', 'SKIP_QUESTIONS', 'ASK_QUESTIONS'),
  });

/** Any body of an event that is stored. */
export const storedBody: fc.Arbitrary<CallEventBody> = fc.oneof(
  fc.record({
    type: fc.constant('started' as const),
    resumeToken: text,
    streamNumber: count,
    paused: fc.boolean(),
    policy: artefact,
    targetFalseMatchRate: number,
    minimumNetSpeechMs: count,
  }),
  fc.record({
    type: fc.constantFrom('decision' as const, 'evaluation' as const),
    decision: fc.uuid().chain(decision),
  }),
  fc.record({ type: fc.constant('quality' as const), quality, problems: reasons }),
  fc.record({
    type: fc.constant('paused' as const),
    reason: text,
    origin: fc.constantFrom('STREAM', 'REQUEST', 'START'),
  }),
  fc.record({ type: fc.constant('resumed' as const), origin: fc.constantFrom('STREAM', 'REQUEST') }),
  fc.record({
    type: fc.constant('claimReceived' as const),
    claimNumber: fc.integer({ min: 1, max: 5 }),
    speakerId: text,
    method: maybe(fc.constantFrom('AGENT_ENTRY', 'IVR_ENTRY')),
  }),
  fc.record({ type: fc.constant('speakerChanged' as const), sinceMediaMs: count, withdrawnDecisionId: text }),
  fc.record({
    type: fc.constant('consentChanged' as const),
    claimNumber: count,
    granted: fc.boolean(),
    consentEventId: text,
  }),
  fc.record({ type: fc.constant('evidenceRestarted' as const), reason: fc.constant('SPEAKER_CHANGED') }),
  fc.record({ type: fc.constant('audioLost' as const), sinceMediaMs: count, untilMediaMs: count }),
  fc.record({
    type: fc.constant('overridden' as const),
    overrideId: fc.uuid(),
    decisionId: fc.uuid(),
    action: fc.constantFrom('PROCEEDED', 'REFUSED'),
    reason: fc.constantFrom('POOR_LINE', 'OTHER'),
  }),
  fc.record({ type: fc.constant('drain' as const), deadline: date }),
  fc.record({
    type: fc.constant('ended' as const),
    reason: fc.constantFrom('ENDED', 'ERROR'),
    note: text,
    audioMs: count,
    droppedMs: count,
    netSpeechMs: count,
    decisionId: text,
  }),
);
