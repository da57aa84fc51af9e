import test from 'ava';
import fc from 'fast-check';
import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import { reduce, START, type BadgeState, type Input } from '../../web/badge/state.js';
import { viewOf, type StateName, type View } from '../../web/badge/view.js';
import type { Json } from '../../web/shared/json.js';
import { SILENCE_MS } from '../../web/shared/silence.js';

const T = Date.parse('2026-01-01T00:00:00Z');
const HOLDS_MS = 600_000;

const KINDS = [
  'ACCEPT',
  'REJECT',
  'INCONCLUSIVE',
  'NOT_ENOUGH_SPEECH',
  'SPEAKER_ID_NOT_PROVIDED',
  'SPEAKER_NOT_ENROLLED',
  'SPEAKER_EXPIRED',
  'SPEAKER_OPTED_OUT',
  'CONSENT_MISSING',
] as const;
type Kind = (typeof KINDS)[number];

type Body = Omit<Json<CallEvent>, 'sequence' | 'callId' | 'emittedAt' | 'mediaTimeMs' | 'replayed'>;

interface DecisionOptions {
  readonly final?: boolean;
  readonly shadow?: boolean;
  readonly holdsMs?: number;
  readonly reasons?: readonly 'REASON_CODE_SPEAKER_CHANGED'[];
}

/** A decision as an administrator is sent it: with everything that an agent must not be shown. */
function decision(kind: Kind, id: string, options: DecisionOptions = {}) {
  const { final = true, shadow = false, holdsMs = HOLDS_MS, reasons = [] } = options;
  return {
    decisionId: id,
    kind: `DECISION_KIND_${kind}` as const,
    finality: final ? ('FINALITY_FINAL' as const) : ('FINALITY_PROVISIONAL' as const),
    holdsUntil: new Date(T + holdsMs).toISOString(),
    claims: [{ claimNumber: 1, speakerId: 'alice', kind: `DECISION_KIND_${kind}` as const, score: 0.625 }],
    confidence: 98.75,
    llr: 4.375,
    shadow,
    reasons: [...reasons],
  };
}

/** One watch of one call: what is told of it, in order. */
class Teller {
  #sequence = 0;

  constructor(
    readonly callId: string,
    readonly watch: number,
  ) {}

  opened(lastSequence = 0, shadow = false, at = T): Input {
    return { type: 'opened', watch: this.watch, at, lastSequence, shadow };
  }

  event(body: Body, at = T, replayed = false): Input {
    const sequence = body.progress ? 0 : ++this.#sequence;
    const emittedAt = new Date(T).toISOString();
    const event = { sequence, callId: this.callId, emittedAt, mediaTimeMs: 1000, replayed, ...body };
    return { type: 'event', watch: this.watch, at, event };
  }
}

function after(inputs: readonly Input[], state: BadgeState = START): BadgeState {
  return inputs.reduce(reduce, state);
}

const open: Input = { type: 'watch', callId: 'a', at: T };
const started: Body = { started: { minimumNetSpeechMs: 2900 } };

/** What is shown after these events of a call. */
function shownAfter(bodies: readonly Body[], now = T): View {
  const a = new Teller('a', 1);
  return viewOf(after([open, a.opened(), ...bodies.map((body) => a.event(body))]), now);
}

test('every decision has a state of its own', (t) => {
  const expected: Record<Kind, StateName> = {
    ACCEPT: 'verified',
    REJECT: 'not-verified',
    INCONCLUSIVE: 'inconclusive',
    NOT_ENOUGH_SPEECH: 'more-speech',
    SPEAKER_ID_NOT_PROVIDED: 'claim-missing',
    SPEAKER_NOT_ENROLLED: 'not-enrolled',
    SPEAKER_EXPIRED: 'expired',
    SPEAKER_OPTED_OUT: 'opted-out',
    CONSENT_MISSING: 'consent-missing',
  };
  for (const kind of KINDS)
    t.is(shownAfter([started, { decision: decision(kind, 'd') }]).state, expected[kind]);
});

test('progress is that of the speech that counts', (t) => {
  const listening: Body[] = [
    started,
    { decision: decision('NOT_ENOUGH_SPEECH', 'd', { final: false }) },
    { progress: { netSpeechMs: 1200 } },
  ];
  t.like(shownAfter(listening), { state: 'listening', progress: { heardMs: 1200, neededMs: 2900 } });
  const changed = shownAfter([...listening, { speakerChanged: {} }, { progress: { netSpeechMs: 1900 } }]);
  t.like(changed, { state: 'caller-changed', progress: { heardMs: 700 } });
});

test('a caller who hardly speaks is to be asked for more', (t) => {
  const a = new Teller('a', 1);
  const late = a.event({ progress: { netSpeechMs: 300 } });
  if (late.type === 'event') late.event.mediaTimeMs = 16_000;
  t.is(viewOf(after([open, a.opened(), a.event(started), late]), T).state, 'more-speech');
});

test('what was accepted is withdrawn at once by a change of caller or of consent, and by a pause', (t) => {
  const accepted: Body[] = [started, { decision: decision('ACCEPT', 'd') }];
  t.is(shownAfter(accepted).state, 'verified');
  t.is(shownAfter([...accepted, { speakerChanged: { withdrawnDecisionId: 'd' } }]).state, 'caller-changed');
  t.is(shownAfter([...accepted, { consentChanged: { granted: false } }]).state, 'listening');
  t.is(shownAfter([...accepted, { evidenceRestarted: {} }]).state, 'listening');
  t.like(shownAfter([...accepted, { paused: { reason: 'card-payment' } }]), {
    state: 'paused',
    next: 'card-payment',
    decisionId: '',
  });
  t.is(shownAfter([...accepted, { paused: {} }, { resumed: {} }]).state, 'verified');
  const settled = [
    { speakerChanged: {} },
    {
      decision: decision('NOT_ENOUGH_SPEECH', 'e', {
        final: false,
        reasons: ['REASON_CODE_SPEAKER_CHANGED'],
      }),
    },
  ];
  t.is(shownAfter([...accepted, ...settled]).state, 'caller-changed');
  t.is(shownAfter([...accepted, ...settled, { decision: decision('REJECT', 'f') }]).state, 'not-verified');
});

test('a result holds no longer than it says, on the clock of the service', (t) => {
  const bodies: Body[] = [started, { decision: decision('ACCEPT', 'd', { holdsMs: 5000 }) }];
  t.is(shownAfter(bodies, T + 4999).state, 'verified');
  t.like(shownAfter(bodies, T + 5000), { state: 'lapsed', decisionId: '' });
  const a = new Teller('a', 1);
  const anHour = 3_600_000;
  const ahead = [{ ...open, at: T + anHour }, a.opened(0, false, T + anHour)];
  const state = after([...ahead, ...bodies.map((body) => a.event(body, T + anHour))]);
  t.is(viewOf(state, T + anHour + 4000).state, 'verified', 'a clock that is wrong makes no difference');
  t.is(viewOf(state, T + anHour + 5000).state, 'lapsed');
});

test('of a call that has ended the result is told as past', (t) => {
  const ended = shownAfter([started, { decision: decision('ACCEPT', 'd') }, { ended: {} }]);
  t.like(ended, { state: 'ended', last: 'verified', next: '' });
});

test('in shadow mode nothing is shown, whoever looks', (t) => {
  const a = new Teller('a', 1);
  const bodies: Body[] = [started, { decision: decision('ACCEPT', 'd') }];
  const told = [open, a.opened(0, true), ...bodies.map((body) => a.event(body))];
  t.like(viewOf(after(told), T), { state: 'shadow', decisionId: '', speakerId: '' });
  t.is(shownAfter([started, { decision: decision('ACCEPT', 'd', { shadow: true }) }]).state, 'shadow');
});

test('nothing is shown before all that had happened was read', (t) => {
  const a = new Teller('a', 1);
  const replay = [
    open,
    a.opened(3),
    a.event(started, T, true),
    a.event({ decision: decision('ACCEPT', 'd') }, T, true),
  ];
  t.is(viewOf(after(replay), T).state, 'connecting');
  const read = after([...replay, a.event({ speakerChanged: {} }, T, true)]);
  t.is(viewOf(read, T).state, 'caller-changed');
});

/** Anything that can happen in a call. Ids of decisions begin with the call's own. */
const bodies = (callId: string): fc.Arbitrary<Body> => {
  const made = fc
    .record({
      kind: fc.constantFrom(...KINDS),
      id: fc.integer({ min: 0, max: 9 }),
      final: fc.boolean(),
      holdsMs: fc.integer({ min: 1, max: 60_000 }),
    })
    .map(({ kind, id, ...options }) => decision(kind, `${callId}-${id}`, options));
  return fc.oneof(
    made.map((each) => ({ decision: each })),
    made.map((each) => ({ evaluation: each })),
    fc.constantFrom<Body>(
      started,
      { speakerChanged: {} },
      { consentChanged: { granted: false } },
      { evidenceRestarted: {} },
      { paused: { reason: 'card-payment' } },
      { resumed: {} },
      { ended: {} },
      { claimReceived: { claimNumber: 1, speakerId: callId } },
      { quality: { problems: ['REASON_CODE_LOW_SNR'] } },
      { audioLost: {} },
      { drain: {} },
    ),
    fc.integer({ min: 0, max: 9000 }).map((netSpeechMs) => ({ progress: { netSpeechMs } })),
  );
};

type Call = 'a' | 'b';
type Step =
  | { readonly call: Call; readonly what: 'watch' | 'opened' | 'alive' }
  | { readonly call: Call; readonly what: 'broken'; readonly link: 'waiting' | 'lost' | 'down' | 'refused' }
  | { readonly call: Call; readonly what: 'event'; readonly body: Body };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.constantFrom<Call>('a', 'b').chain((call) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant<Step>({ call, what: 'watch' }) },
      { weight: 2, arbitrary: fc.constantFrom<Step>({ call, what: 'opened' }, { call, what: 'alive' }) },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('waiting' as const, 'lost' as const, 'down' as const, 'refused' as const)
          .map((link): Step => ({ call, what: 'broken', link })),
      },
      { weight: 8, arbitrary: bodies(call).map((body): Step => ({ call, what: 'event', body })) },
    ),
  ),
  { maxLength: 60 },
);

/**
 * Plays the streams of two calls as a page sees them that goes from one to the other: each stream goes on telling under
 * the watch that it was opened with, also after the page has left it.
 */
function* play(all: readonly Step[]): Generator<{ state: BadgeState; at: number; step: Step }> {
  let state = START;
  let at = T;
  const streams = new Map<string, Teller>();
  for (const step of all) {
    at += 100;
    const input = inputOf(step, streams, state.watch, at);
    if (input) state = reduce(state, input);
    yield { state, at, step };
  }
}

function inputOf(step: Step, streams: Map<string, Teller>, watch: number, at: number): Input | undefined {
  const { call } = step;
  if (step.what === 'watch') {
    streams.set(call, new Teller(call, watch + 1));
    return { type: 'watch', callId: call, at };
  }
  const stream = streams.get(call);
  if (!stream) return undefined;
  if (step.what === 'event') return stream.event(step.body, at);
  if (step.what === 'opened') return stream.opened(0, false, at);
  return step.what === 'broken'
    ? { type: 'broken', watch: stream.watch, link: step.link }
    : { type: 'alive', watch: stream.watch, at };
}

test('whatever comes in whatever order, nothing of another call is ever shown', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      let current = '';
      for (const { state, at, step } of play(all)) {
        if (step.what === 'watch') current = step.call;
        const view = viewOf(state, at);
        const { callId, decisionId, speakerId } = view;
        if (callId !== current) throw new Error(`shows ${callId}, not ${current}`);
        if (step.what === 'watch' && view.state !== 'connecting') throw new Error('something is left');
        if (decisionId !== '' && !decisionId.startsWith(`${current}-`)) throw new Error(decisionId);
        // Decisions here are about alice, claims about the call's own name.
        if (!['', 'alice', current].includes(speakerId)) throw new Error(speakerId);
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('a result is shown only while the last that was told of it stands, the connection does, and it holds', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      for (const { state, at, step } of play(all)) {
        const view = viewOf(state, at);
        const isOurs = step.call === state.callId;
        if (isOurs && step.what === 'broken' && state.link !== 'closed') assertNothing(view);
        if (isOurs && step.what === 'event' && state.link === 'open') {
          const { body } = step;
          if (body.speakerChanged ?? body.consentChanged ?? body.evidenceRestarted ?? body.paused)
            assertNothing(view);
        }
        if (state.link === 'open') assertNothing(viewOf(state, at + SILENCE_MS));
        if (state.link !== 'closed') assertNothing(viewOf(state, at + 2 * HOLDS_MS));
        if (view.state === 'verified' && state.result?.kind !== 'ACCEPT') throw new Error('verified');
      }
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

function assertNothing({ state, decisionId }: View): void {
  if (decisionId !== '' || state === 'verified') throw new Error(`${state} is shown`);
}

test('no score is kept, let alone shown, whoever looks', (t) => {
  fc.assert(
    fc.property(steps, (all) => {
      for (const { state, at } of play(all)) {
        const kept = JSON.stringify([state, viewOf(state, at)]);
        if (/score|llr|confidence|98\.75|4\.375|0\.625/.test(kept)) throw new Error(kept);
      }
    }),
  );
  t.pass();
});

test('what is told twice changes nothing', (t) => {
  fc.assert(
    fc.property(fc.array(bodies('a'), { maxLength: 30 }), (all) => {
      const a = new Teller('a', 1);
      const inputs = all.map((body) => a.event(body)).filter(({ type }) => type === 'event');
      const once = after([open, a.opened(), ...inputs]);
      const stored = inputs.filter((input) => input.type === 'event' && input.event.progress === undefined);
      const twice = after([open, a.opened(), ...inputs, ...stored]);
      if (JSON.stringify(viewOf(once, T)) !== JSON.stringify(viewOf(twice, T))) throw new Error('differs');
    }),
  );
  t.pass();
});
