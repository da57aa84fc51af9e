import { SILENCE_MS } from '../shared/silence.js';
import { saysLittle, type BadgeState, type Result } from './state.js';

/** Everything that a badge may say. */
export const STATES = [
  'idle',
  'connecting',
  'waiting',
  'listening',
  'verified',
  'not-verified',
  'inconclusive',
  'more-speech',
  'not-enrolled',
  'expired',
  'opted-out',
  'consent-missing',
  'claim-missing',
  'caller-changed',
  'lapsed',
  'paused',
  'connection-lost',
  'service-down',
  'refused',
  'ended',
  'shadow',
] as const;
export type StateName = (typeof STATES)[number];

/** What is shown. */
export interface View {
  readonly state: StateName;
  readonly callId: string;
  /** Whom it is about; empty where nobody was named. */
  readonly speakerId: string;
  /** What to do next, a word of NextAction; empty where the state itself says it. */
  readonly next: string;
  /** The decision that is shown; of a call that has ended, the last one. Empty: none. */
  readonly decisionId: string;
  /** Of a call that has ended: what it ended with. */
  readonly last: StateName | '';
  /** Net speech towards the first decision, ms; null where no progress is to be shown. */
  readonly progress: { readonly heardMs: number; readonly neededMs: number } | null;
  /** What makes the decision weaker, or explains it: words of ReasonCode. */
  readonly hints: readonly string[];
  /** ASKED_FOR, ANOTHER, UNKNOWN; empty where nothing is to be said of it. */
  readonly identification: string;
  readonly outbound: boolean;
  /** Whether the person agreed to being verified. */
  readonly consented: boolean;
  /** What was done otherwise than this decision suggests, a word of OverrideAction. */
  readonly override: string;
}

const OF_KIND: Readonly<Record<string, StateName>> = {
  ACCEPT: 'verified',
  REJECT: 'not-verified',
  INCONCLUSIVE: 'inconclusive',
  NOT_ENOUGH_SPEECH: 'listening',
  SPEAKER_ID_NOT_PROVIDED: 'claim-missing',
  SPEAKER_NOT_ENROLLED: 'not-enrolled',
  SPEAKER_EXPIRED: 'expired',
  SPEAKER_OPTED_OUT: 'opted-out',
  CONSENT_MISSING: 'consent-missing',
};

/** Reasons that an agent can do something about, or should know of. */
const TOLD: ReadonlySet<string> = new Set([
  'LOW_SNR',
  'CLIPPED',
  'LOW_LEVEL',
  'SEVERAL_SPEAKERS',
  'TONE_OR_MUSIC',
  'SPEAKER_CHANGED',
  'CONSENT_WITHDRAWN',
  'CONSENT_LEASE_EXPIRED',
  'VOICEPRINT_PENDING',
  'PROCESSING_RESTRICTED',
  'PROCESSING_OBJECTED',
  'NEW_CONSENT_NEEDED',
  'CONSENT_EXPIRED',
  'DO_NOT_ASK',
]);

/** What a state looks like at a moment, ms of this browser's clock. */
export function viewOf(state: BadgeState, now: number): View {
  const bare: View = {
    state: 'idle',
    callId: state.callId,
    speakerId: '',
    next: '',
    decisionId: '',
    last: '',
    progress: null,
    hints: [],
    identification: '',
    outbound: false,
    consented: false,
    override: '',
  };
  if (state.shadow) return { ...bare, state: 'shadow' };
  const linked = linkView(state, now);
  if (linked) return { ...bare, state: linked };
  const { speakerId, outbound, result } = state;
  const known = { ...bare, speakerId, outbound };
  if (state.ended)
    return { ...known, state: 'ended', last: result ? nameOf(state, result) : '', ...shown(state, result) };
  if (state.paused !== null) return { ...known, state: 'paused', next: state.paused };
  if (result && now - state.aheadMs >= result.holdsUntil) return { ...known, state: 'lapsed' };
  const name = nameOf(state, result);
  const told = shown(state, result);
  return {
    ...known,
    ...told,
    state: name,
    // Said already.
    ...(name === 'caller-changed'
      ? { hints: told.hints?.filter((each) => each !== 'SPEAKER_CHANGED') ?? [] }
      : {}),
    next: nextOf(result, told.hints ?? []),
    progress:
      name === 'listening' || name === 'more-speech' || name === 'caller-changed' ? progress(state) : null,
  };
}

/** While the connection does not stand, or not all was read, nothing else counts. */
function linkView({ link, aliveAt, sequence, target }: BadgeState, now: number): StateName | undefined {
  switch (link) {
    case 'idle':
    case 'waiting':
    case 'refused':
      return link;
    case 'opening':
      return 'connecting';
    case 'lost':
      return 'connection-lost';
    case 'down':
      return 'service-down';
    case 'open':
      if (now - aliveAt >= SILENCE_MS) return 'connection-lost';
      return sequence < target ? 'connecting' : undefined;
    case 'closed':
      return undefined;
  }
}

function nameOf(state: BadgeState, result: Result | null): StateName {
  const name = OF_KIND[result?.kind ?? 'NOT_ENOUGH_SPEECH'] ?? 'inconclusive';
  if (state.changed && (name === 'listening' || name === 'inconclusive')) return 'caller-changed';
  if (name !== 'listening') return name;
  return result?.final === true || saysLittle(state) ? 'more-speech' : 'listening';
}

/** Whoever was enrolled is not to be enrolled again while that waits for its first use. */
function nextOf(result: Result | null, hints: readonly string[]): string {
  const { next } = result ?? { next: 'WAIT' };
  return next === 'OFFER_ENROLMENT' && hints.includes('VOICEPRINT_PENDING') ? 'ASK_QUESTIONS' : next;
}

function shown({ override, problems }: BadgeState, result: Result | null): Partial<View> {
  if (!result) return { hints: problems.filter((each) => TOLD.has(each)) };
  const { decisionId, reasons, identification, consented } = result;
  return {
    decisionId,
    consented,
    identification,
    hints: [...new Set([...reasons, ...problems])].filter((each) => TOLD.has(each)),
    override: override?.decisionId === decisionId ? override.action : '',
  };
}

function progress({ netSpeechMs, since, neededMs }: BadgeState): View['progress'] {
  if (neededMs === 0) return null;
  return { heardMs: Math.min(neededMs, Math.max(0, netSpeechMs - since.netSpeechMs)), neededMs };
}
