import type { Decision } from '../gen/vouch/v1/decision.js';
import type { CallEvent } from '../gen/vouch/v1/verification.js';
import { fields, isolated, seconds, word } from './output.js';

/** The decision's word, `ACCEPT`. */
export function kindOf(decision: Pick<Decision, 'kind'>): string {
  return word(decision.kind, 'DECISION_KIND');
}

/** A confidence as far as the role may see it: the number, or the band. */
function confidenceOf(decision: Decision): string | undefined {
  if (decision.confidence !== undefined) return decision.confidence.toFixed(1);
  const band = word(decision.confidenceBand, 'CONFIDENCE_BAND');
  return band === 'UNSPECIFIED' ? undefined : band;
}

/** A decision in a few lines. */
export function describeDecision(decision: Decision): string {
  const rate = decision.statedFalseMatchRate;
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return fields([
    ['decision', `${kindOf(decision)} (${word(decision.finality, 'FINALITY').toLowerCase()})`],
    ['confidence', confidenceOf(decision)],
    ['net speech', seconds(decision.netSpeechMs)],
    ['rests on', `${seconds(decision.media?.startMs ?? 0)} to ${seconds(decision.media?.endMs ?? 0)}`],
    ['reasons', decision.reasons.map((reason) => word(reason, 'REASON_CODE')).join(', ') || undefined],
    ['next', word(decision.nextAction, 'NEXT_ACTION')],
    [
      'false matches',
      rate &&
        `${percent(rate.rate)} (${percent(rate.low)} to ${percent(rate.high)}, ${rate.impostorTrials} trials of ${rate.speakers} speakers)`,
    ],
    ['shadow', decision.shadow ? 'yes: not to be acted on' : undefined],
    ['decision id', decision.decisionId],
  ]);
}

function inShort(decision: Decision): string {
  const sure = confidenceOf(decision);
  const next = word(decision.nextAction, 'NEXT_ACTION').toLowerCase().replaceAll('_', ' ');
  const confidence = sure === undefined ? '' : `, confidence ${sure}`;
  return `${kindOf(decision)}${confidence}, ${seconds(decision.netSpeechMs)} net speech; next: ${next}`;
}

/** An event in one line. */
export function describeEvent(event: CallEvent): string {
  return `${seconds(event.mediaTimeMs).padStart(8)}  ${describeBody(event)}`;
}

function describeBody({ event }: CallEvent): string {
  switch (event?.$case) {
    case 'started':
      return `started${event.value.paused ? ', paused' : ''} (stream ${event.value.streamNumber})`;
    case 'progress': {
      const { netSpeechMs, kind, confidence } = event.value;
      const sure = confidence === undefined ? '' : `, confidence ${confidence.toFixed(1)}`;
      return `net speech ${seconds(netSpeechMs)}  ${kindOf({ kind })}${sure}`;
    }
    case 'decision':
      return inShort(event.value);
    case 'evaluation':
      return `evaluated: ${inShort(event.value)}`;
    case 'quality':
      return event.value.problems.length === 0
        ? 'quality good again'
        : `quality: ${event.value.problems.map((problem) => word(problem, 'REASON_CODE')).join(', ')}`;
    case 'paused':
      return `paused${event.value.reason === '' ? '' : `: ${event.value.reason}`}`;
    case 'resumed':
      return 'resumed';
    case 'claimReceived':
      return `claim ${event.value.claimNumber}: ${isolated(event.value.speakerId)}`;
    case 'speakerChanged':
      return `the caller changed at ${seconds(event.value.sinceMediaMs)}; what was decided does not hold`;
    case 'consentChanged':
      return `consent for claim ${event.value.claimNumber} ${event.value.granted ? 'given' : 'gone'}`;
    case 'evidenceRestarted':
      return `evidence starts anew: ${word(event.value.reason, 'REASON_CODE')}`;
    case 'audioLost':
      return `audio was lost from ${seconds(event.value.sinceMediaMs)} to ${seconds(event.value.untilMediaMs)}`;
    case 'overridden': {
      const { action, reason } = event.value;
      return `overridden: ${word(action, 'OVERRIDE_ACTION')}, ${word(reason, 'OVERRIDE_REASON')}`;
    }
    case 'drain':
      return 'the service is stopping: take the stream elsewhere';
    case 'ended':
      return `ended: ${word(event.value.reason, 'END_REASON')}`;
    case undefined:
      return 'an event that this version does not know';
  }
}
