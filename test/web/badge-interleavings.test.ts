import test from 'ava';
import fc from 'fast-check';
import { reduce, START, type BadgeState, type Input } from '../../web/badge/state.js';
import { viewOf, type View } from '../../web/badge/view.js';
import { SILENCE_MS } from '../../web/shared/silence.js';
import {
  after,
  decision,
  HOLDS_MS,
  KINDS,
  open,
  started,
  T,
  Teller,
  type Body,
} from '../helpers/badge-calls.js';

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
        const later = at + 2 * HOLDS_MS;
        // With signs of life until then, so that time alone ends it.
        if (state.link === 'open') assertNothing(viewOf({ ...state, aliveAt: later }, later));
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
