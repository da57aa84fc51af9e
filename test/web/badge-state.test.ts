import test from 'ava';
import { viewOf, type StateName, type View } from '../../web/badge/view.js';
import {
  after,
  decision,
  KINDS,
  open,
  started,
  T,
  Teller,
  type Body,
  type Kind,
} from '../helpers/badge-calls.js';

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

test('how the clocks differ is still known after the connection broke', (t) => {
  const a = new Teller('a', 1);
  const behind = T - 300_000;
  const bodies: Body[] = [started, { decision: decision('ACCEPT', 'd', { holdsMs: 5000 }) }];
  const first = [{ ...open, at: behind }, a.opened(0, false, behind)];
  const live = bodies.map((body) => a.event(body, behind));
  const state = after([...first, ...live, { type: 'broken', watch: 1, link: 'lost' }]);
  t.is(state.aheadMs, -300_000);
  t.is(after([...first, ...live, a.opened(0, false, behind + 1)]).aheadMs, -300_000);
});

test('what is told again bounds a clock that is behind', (t) => {
  const a = new Teller('a', 1);
  const behind = T - 300_000;
  const accepted = a.event({ decision: decision('ACCEPT', 'd', { holdsMs: 5000 }) }, behind + 1000, true);
  const opening = { ...open, at: behind };
  const state = after([opening, a.opened(0, false, behind), accepted]);
  t.is(viewOf(state, behind + 5999).state, 'verified');
  t.is(viewOf(state, behind + 6000).state, 'lapsed');
  const late = after([open, a.opened(0, false, T), a.event(started, T + 60_000, true)]);
  t.is(late.aheadMs, 0, 'what is old says nothing of a clock that is ahead');
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
