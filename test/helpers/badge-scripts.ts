import type { StateName } from '../../web/badge/view.js';
import { decision, type Body, type DecisionOptions, type Kind } from './badge-calls.js';

/** What a scripted service does when somebody watches a call. */
export interface Script {
  /** What the badge is to show. */
  readonly state: StateName;
  readonly shadow?: boolean;
  /** Told one after another. */
  readonly events?: readonly Body[];
  /** Of the first event on, where the call has been going on for a while, ms. */
  readonly mediaTimeMs?: number;
  /** Instead of an answer to GetCall. */
  readonly refusal?: { readonly status: string; readonly reason: string };
  /** `hang`: GetCall is never answered. `cut`: the stream breaks off, and the next GetCall is never answered. */
  readonly link?: 'hang' | 'cut';
  readonly phrase?: string;
}

const started: Body = { started: { streamNumber: 1, minimumNetSpeechMs: 2900 } };
const claimed = (speakerId = 'alice'): Body => ({ claimReceived: { claimNumber: 1, speakerId } });
const progress = (netSpeechMs: number): Body => ({ progress: { netSpeechMs } });

const made = (kind: Kind, options: DecisionOptions = {}): Body => ({
  decision: decision(kind, '6d8f2c1e-0d3b-4f63-9f0c-2f1d5f0a7b11', { holdsMs: 1e12, ...options }),
});
const listening = made('NOT_ENOUGH_SPEECH', { final: false, next: 'WAIT' });
const decided = (kind: Kind, options: DecisionOptions = {}): readonly Body[] => [
  started,
  claimed(options.speakerId),
  listening,
  made(kind, options),
];
const accepted = decided('ACCEPT', { next: 'SKIP_QUESTIONS' });

/** Markup, a right-to-left override and 256 characters: an id may be all of these. */
export const HOSTILE_ID = `<img src=x onerror="document.title='!'"><b>\u202Eecila${'w'.repeat(208)}`.slice(
  0,
  256,
);

/** A call for everything that a badge may show, by the name of the call. */
export const SCRIPTS = {
  connecting: { state: 'connecting', link: 'hang' },
  waiting: { state: 'waiting', refusal: { status: 'NOT_FOUND', reason: 'CALL_NOT_FOUND' } },
  listening: { state: 'listening', events: [started, claimed(), listening, progress(1740)] },
  verified: { state: 'verified', events: accepted },
  'step-up': { state: 'verified', events: decided('ACCEPT', { next: 'STEP_UP' }) },
  'not-verified': { state: 'not-verified', events: decided('REJECT', { next: 'REFER' }) },
  inconclusive: {
    state: 'inconclusive',
    events: decided('INCONCLUSIVE', {
      final: false,
      next: 'WAIT',
      reasons: ['REASON_CODE_SEVERAL_SPEAKERS', 'REASON_CODE_LOW_SNR'],
    }),
  },
  overridden: {
    state: 'inconclusive',
    events: [
      ...decided('INCONCLUSIVE', { next: 'ASK_QUESTIONS' }),
      {
        overridden: {
          decisionId: '6d8f2c1e-0d3b-4f63-9f0c-2f1d5f0a7b11',
          action: 'OVERRIDE_ACTION_PROCEEDED',
          reason: 'OVERRIDE_REASON_OTHERWISE_IDENTIFIED',
        },
      },
    ],
  },
  'more-speech': {
    state: 'more-speech',
    mediaTimeMs: 18_000,
    events: [started, claimed(), listening, progress(900)],
  },
  'not-enrolled': {
    state: 'not-enrolled',
    events: decided('SPEAKER_NOT_ENROLLED', { next: 'OFFER_ENROLMENT', consented: true }),
  },
  expired: { state: 'expired', events: decided('SPEAKER_EXPIRED', { next: 'OFFER_ENROLMENT' }) },
  'opted-out': { state: 'opted-out', events: decided('SPEAKER_OPTED_OUT', { next: 'ASK_QUESTIONS' }) },
  'consent-missing': {
    state: 'consent-missing',
    events: decided('CONSENT_MISSING', { next: 'ASK_QUESTIONS' }),
  },
  'claim-missing': {
    state: 'claim-missing',
    events: [started, made('SPEAKER_ID_NOT_PROVIDED', { next: 'ASK_QUESTIONS', speakerId: '' })],
  },
  'caller-changed': {
    state: 'caller-changed',
    events: [
      ...accepted,
      { speakerChanged: { sinceMediaMs: 10_000 } },
      made('NOT_ENOUGH_SPEECH', { final: false, next: 'WAIT', reasons: ['REASON_CODE_SPEAKER_CHANGED'] }),
    ],
  },
  lapsed: { state: 'lapsed', events: decided('ACCEPT', { next: 'SKIP_QUESTIONS', holdsMs: -1000 }) },
  paused: { state: 'paused', events: [...accepted, { paused: { reason: 'card-payment' } }] },
  'connection-lost': { state: 'connection-lost', events: accepted, link: 'cut' },
  'service-down': {
    state: 'service-down',
    refusal: { status: 'UNAVAILABLE', reason: 'DATABASE_UNAVAILABLE' },
  },
  refused: { state: 'refused', refusal: { status: 'UNAUTHENTICATED', reason: 'UNAUTHENTICATED' } },
  ended: { state: 'ended', events: [...accepted, { ended: { reason: 'END_REASON_ENDED' } }] },
  shadow: { state: 'shadow', shadow: true, events: [started, claimed()] },
  'outbound-awaited': {
    state: 'listening',
    events: [started, claimed(), made('NOT_ENOUGH_SPEECH', { final: false, next: 'WAIT', who: 'UNKNOWN' })],
  },
  // Told by a replica that does not serve the call: no progress.
  outbound: {
    state: 'verified',
    phrase: 'The heron stands in the river',
    events: [started, claimed(), made('ACCEPT', { next: 'SKIP_QUESTIONS', who: 'ASKED_FOR' })],
  },
  hostile: {
    state: 'verified',
    events: decided('ACCEPT', { next: 'SKIP_QUESTIONS', speakerId: HOSTILE_ID }),
  },
} as const satisfies Readonly<Record<string, Script>>;

export type ScriptName = keyof typeof SCRIPTS;
export const SCRIPT_NAMES = Object.keys(SCRIPTS) as readonly ScriptName[];

/** Calls with a form open, by the button that opens it. */
export const FORMS: Readonly<Record<string, ScriptName>> = {
  consent: 'consent-missing',
  enrol: 'not-enrolled',
  override: 'not-verified',
  optOut: 'verified',
};
