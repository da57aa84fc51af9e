import type { Decision } from '../../src/gen/vouch/v1/decision.js';
import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import type { Json } from '../shared/json.js';

/** Audio after which a caller of whom there is still too little speech should be asked to say more, ms. */
const PATIENCE_MS = 15_000;

/** What is kept of a decision: no score, no confidence, whoever looks. */
export interface Result {
  readonly decisionId: string;
  readonly kind: string;
  readonly final: boolean;
  /** Whom it is about: the claim that came out so, else the first. Empty where nobody is known. */
  readonly speakerId: string;
  readonly next: string;
  readonly reasons: readonly string[];
  readonly identification: string;
  /** Whether the person agreed to being verified. */
  readonly consented: boolean;
  /** On the clock of the service, ms. */
  readonly holdsUntil: number;
}

/** How things stand with the service. */
export type Link = 'idle' | 'opening' | 'waiting' | 'open' | 'lost' | 'down' | 'refused' | 'closed';

/** All that is known of the call that is watched, and of no other one. */
export interface BadgeState {
  /** Which watch this is: what belongs to an earlier one is not heard. */
  readonly watch: number;
  readonly callId: string;
  readonly link: Link;
  /** Of the last sign of life, ms of this browser's clock. */
  readonly aliveAt: number;
  /** How much the clock here is ahead of the service's, ms. */
  readonly aheadMs: number;
  /** What had happened when the connection was opened: nothing is shown before all of it was read. */
  readonly target: number;
  readonly sequence: number;
  readonly shadow: boolean;
  readonly paused: string | null;
  /** The caller changed, and nothing is settled since. */
  readonly changed: boolean;
  readonly speakerId: string;
  readonly outbound: boolean;
  readonly mediaMs: number;
  readonly netSpeechMs: number;
  /** Whether progress is told: only where the replica that serves the watcher has the call. */
  readonly progressTold: boolean;
  /** Where the evidence that counts began. */
  readonly since: { readonly mediaMs: number; readonly netSpeechMs: number };
  readonly neededMs: number;
  readonly problems: readonly string[];
  readonly result: Result | null;
  readonly override: { readonly decisionId: string; readonly action: string } | null;
  readonly ended: boolean;
}

/** What may happen. `watch` says to which watch it belongs. */
export type Input =
  /** Another call, or the same one anew; empty: none. */
  | { readonly type: 'watch'; readonly callId: string; readonly at: number }
  /** The connection stands, and this is how far the call has come. */
  | {
      readonly type: 'opened';
      readonly watch: number;
      readonly at: number;
      readonly lastSequence: number;
      readonly shadow: boolean;
    }
  | { readonly type: 'alive'; readonly watch: number; readonly at: number }
  | { readonly type: 'event'; readonly watch: number; readonly at: number; readonly event: Json<CallEvent> }
  /** The connection is gone, or could not be made. */
  | {
      readonly type: 'broken';
      readonly watch: number;
      readonly link: 'waiting' | 'lost' | 'down' | 'refused';
    };

const NOTHING: BadgeState = {
  watch: 0,
  callId: '',
  link: 'idle',
  aliveAt: 0,
  aheadMs: 0,
  target: 0,
  sequence: 0,
  shadow: false,
  paused: null,
  changed: false,
  speakerId: '',
  outbound: false,
  mediaMs: 0,
  netSpeechMs: 0,
  progressTold: false,
  since: { mediaMs: 0, netSpeechMs: 0 },
  neededMs: 0,
  problems: [],
  result: null,
  override: null,
  ended: false,
};

export const START: BadgeState = NOTHING;

/** The next state. What belongs to another watch or another call changes nothing. */
export function reduce(state: BadgeState, input: Input): BadgeState {
  const { watch, callId } = state;
  if (input.type === 'watch')
    return {
      ...NOTHING,
      watch: watch + 1,
      callId: input.callId,
      link: input.callId === '' ? 'idle' : 'opening',
      aliveAt: input.at,
    };
  if (input.watch !== watch || callId === '' || state.link === 'closed') return state;
  // How the clocks differ is known of the machine, not of the connection.
  const same = { ...NOTHING, watch, callId, aheadMs: state.aheadMs };
  if (input.type === 'broken') return { ...same, link: input.link };
  const alive = { ...state, aliveAt: Math.max(state.aliveAt, input.at) };
  if (input.type === 'opened')
    // All is read anew: what was known before may have been overtaken meanwhile.
    return {
      ...same,
      link: 'open',
      aliveAt: alive.aliveAt,
      target: input.lastSequence,
      shadow: input.shadow,
    };
  if (state.link !== 'open') return state;
  return input.type === 'alive' ? alive : happen(alive, input.event, input.at);
}

function happen(state: BadgeState, event: Json<CallEvent>, at: number): BadgeState {
  const { sequence = 0, mediaTimeMs = 0, replayed = false } = event;
  // A call may take its stream up again on another replica: what was told already is not told again.
  if (event.callId !== state.callId || (sequence > 0 && sequence <= state.sequence)) return state;
  const aheadMs = at - Date.parse(event.emittedAt ?? '');
  const next = apply(
    {
      ...state,
      sequence: Math.max(state.sequence, sequence),
      mediaMs: mediaTimeMs,
      // What is told again is of the past: the service's clock is there by now, or further.
      aheadMs: Number.isNaN(aheadMs) || (replayed && aheadMs > state.aheadMs) ? state.aheadMs : aheadMs,
    },
    event,
  );
  return next.shadow ? { ...next, result: null, override: null } : next;
}

function apply(state: BadgeState, event: Json<CallEvent>): BadgeState {
  const { started, progress, decision, evaluation, quality, paused, claimReceived } = event;
  if (started)
    return {
      ...state,
      neededMs: started.minimumNetSpeechMs ?? 0,
      paused: started.paused ? (state.paused ?? '') : null,
      // Each stream of a call has its own audio clock, and decides anew.
      result: null,
      netSpeechMs: 0,
      since: { mediaMs: 0, netSpeechMs: 0 },
    };
  if (progress) return { ...state, netSpeechMs: progress.netSpeechMs ?? 0, progressTold: true };
  if (decision) return decided(state, decision);
  if (evaluation) return { ...state, ...(evaluation.shadow ? {} : { result: resultOf(evaluation) }) };
  if (quality) return { ...state, problems: named(quality.problems) };
  if (paused) return { ...state, paused: paused.reason ?? '' };
  if (event.resumed) return { ...state, paused: null };
  if (claimReceived && state.speakerId === '') return { ...state, speakerId: claimReceived.speakerId ?? '' };
  if (event.speakerChanged) return { ...withdrawn(state), changed: true };
  if (event.consentChanged) return consentChanged(state, event.consentChanged.granted ?? false);
  if (event.evidenceRestarted) return { ...withdrawn(state), changed: isChange(event.evidenceRestarted) };
  if (event.overridden) {
    const { decisionId = '', action = '' } = event.overridden;
    return { ...state, override: { decisionId, action: wordOf(action) } };
  }
  return event.ended ? { ...state, ended: true, link: 'closed', paused: null } : state;
}

function decided(state: BadgeState, decision: Json<Decision>): BadgeState {
  if (decision.shadow) return { ...state, shadow: true };
  const result = resultOf(decision);
  return {
    ...state,
    result,
    // After a change of speaker somebody may be accepted, or rejected, on their own.
    changed: !result.final && (state.changed || result.reasons.includes('SPEAKER_CHANGED')),
    outbound: result.identification !== '',
    speakerId: result.speakerId || state.speakerId,
  };
}

/** What was decided may stand after a consent, and is then not told again; after a withdrawal it never does. */
function consentChanged(state: BadgeState, granted: boolean): BadgeState {
  const { result } = state;
  const bare = withdrawn(state);
  return granted && result ? { ...bare, result: { ...result, consented: true } } : bare;
}

/** Nothing holds any more, and what follows is told at once. */
function withdrawn(state: BadgeState): BadgeState {
  const { mediaMs, netSpeechMs } = state;
  return { ...state, result: null, since: { mediaMs, netSpeechMs } };
}

const isChange = ({ reason = '' }: { reason?: string | undefined }) => wordOf(reason) === 'SPEAKER_CHANGED';

function resultOf(decision: Json<Decision>): Result {
  const kind = wordOf(decision.kind ?? '');
  const claims = decision.claims ?? [];
  const about = claims.find((claim) => claim.kind === decision.kind) ?? claims[0];
  return {
    decisionId: decision.decisionId ?? '',
    kind,
    final: wordOf(decision.finality ?? '') === 'FINAL',
    speakerId: about?.speakerId ?? '',
    next: wordOf(decision.nextAction ?? ''),
    reasons: named(decision.reasons),
    identification: wordOf(decision.identification ?? ''),
    consented: (about?.consentEventId ?? '') !== '',
    holdsUntil: Date.parse(decision.holdsUntil ?? ''),
  };
}

const named = (values: readonly string[] | undefined) => (values ?? []).map(wordOf);

/** `DECISION_KIND_NOT_ENOUGH_SPEECH` without the name of its enum; empty for a value that was not stated. */
function wordOf(value: string): string {
  const word = value.replace(
    /^(DECISION_KIND|FINALITY|NEXT_ACTION|REASON_CODE|IDENTIFICATION|OVERRIDE_ACTION)_/,
    '',
  );
  return word === 'UNSPECIFIED' ? '' : word;
}

/** Whether the talk has gone on for long with little of the caller in it. */
export function saysLittle({ mediaMs, netSpeechMs, since, neededMs, problems }: BadgeState): boolean {
  const little = netSpeechMs - since.netSpeechMs < neededMs;
  return little && (mediaMs - since.mediaMs >= PATIENCE_MS || problems.includes('TONE_OR_MUSIC'));
}
