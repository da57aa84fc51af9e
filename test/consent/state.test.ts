import test from 'ava';
import fc from 'fast-check';
import { PURPOSES, type ConsentEvent } from '../../src/consent/events.js';
import { deriveConsentState, type ConsentCircumstances } from '../../src/consent/state.js';
import type { Purpose } from '../../src/domain/people.js';
import { chain, grant, histories, hour, optOut, withdrawal } from '../helpers/consent-events.js';

const at = (n: number, changes: Partial<ConsentCircumstances> = {}): ConsentCircumstances => ({
  now: hour(n),
  newConsent: [],
  optedOutBefore: false,
  ...changes,
});

function granted(events: ConsentEvent[], circumstances = at(100)): string {
  return deriveConsentState(events, circumstances)
    .purposes.filter((state) => state.granted)
    .map((state) => state.purpose)
    .join();
}

/**
 * The rules once more, from the other end: is there an event that grants this purpose, and nothing that undoes it? With
 * no state carried along, and each rule on its own line.
 */
function isGranted(
  events: readonly ConsentEvent[],
  purpose: Purpose,
  circumstances: ConsentCircumstances,
): boolean {
  const refuses = (event: ConsentEvent): boolean =>
    event.type === 'OPTED_OUT' ||
    (event.type === 'CONSENT_WITHDRAWN' && event.body.purposes.includes(purpose)) ||
    (event.type === 'CONSENT_RECORDED' && event.body.purposes[purpose] === 'REFUSED');
  const isOptedOut = (upTo: number): boolean => {
    const outs = events.flatMap((e, i) => (i <= upTo && e.type === 'OPTED_OUT' ? [i] : []));
    const latest = Math.max(...outs.map((i) => events[i]!.occurredAt.getTime()));
    return outs.length === 0
      ? false
      : !events.some(
          (e, i) =>
            i > outs.at(-1)! &&
            i <= upTo &&
            e.type === 'CONSENT_RECORDED' &&
            e.body.liftsOptOut &&
            e.occurredAt.getTime() >= latest,
        );
  };
  const effective = (event: ConsentEvent, index: number): boolean =>
    event.type === 'CONSENT_RECORDED' &&
    event.body.purposes[purpose] === 'GRANTED' &&
    !isOptedOut(index) &&
    !events.some((e, i) => i < index && refuses(e) && e.occurredAt > event.occurredAt);
  const index = events.findLastIndex(effective);
  const last = events[index];
  if (last?.type !== 'CONSENT_RECORDED') return false;
  return (
    !isOptedOut(events.length - 1) &&
    !events.slice(index + 1).some(refuses) &&
    (last.body.expiresAt === null || last.body.expiresAt > circumstances.now) &&
    !circumstances.newConsent.some(
      ({ version, from }) => version > last.body.notice!.version && from <= circumstances.now,
    )
  );
}

test('any history gives what the rules say', (t) => {
  fc.assert(
    fc.property(
      histories,
      fc.integer({ min: 0, max: 40 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 40 })), { maxLength: 3 }),
      (events, n, versions) => {
        const newConsent = versions.map(([version, from]) => ({ noticeId: 'n', version, from: hour(from) }));
        const circumstances = at(n, { newConsent });
        const expected = PURPOSES.filter((purpose) => isGranted(events, purpose, circumstances));
        t.is(granted(events, circumstances), expected.join());
      },
    ),
    { numRuns: 2000 },
  );
});

test('after an opt-out nothing is granted until it is lifted', (t) => {
  fc.assert(
    fc.property(histories, histories, (before, after) => {
      const later = after.filter((event) => event.type !== 'CONSENT_RECORDED' || !event.body.liftsOptOut);
      const events = chain(...before, optOut(), ...later);
      const state = deriveConsentState(events, at(100));
      t.true(state.optedOut);
      t.true(state.purposes.every((purpose) => !purpose.granted));
    }),
    { numRuns: 300 },
  );
});

test('an opt-out from before the first event counts as one', (t) => {
  const before = at(100, { optedOutBefore: true });
  t.is(granted(chain(grant()), before), '');
  t.is(granted(chain(grant({ liftsOptOut: true })), before), 'VERIFY');
});

test('lifting an opt-out does not bring back what was granted before', (t) => {
  const lifted = grant({ purposes: { ADAPT: 'GRANTED' }, liftsOptOut: true });
  t.is(granted(chain(grant(), optOut(), lifted)), 'ADAPT');
});

test('refused and not asked never grant, and not asked changes nothing', (t) => {
  t.is(granted(chain(grant({ purposes: { VERIFY: 'REFUSED', ADAPT: 'NOT_ASKED' } }))), '');
  t.is(granted(chain(grant(), grant({ purposes: { VERIFY: 'NOT_ASKED' } }))), 'VERIFY');
  t.is(granted(chain(grant(), grant({ purposes: { VERIFY: 'REFUSED' } }))), '');
});

test('a withdrawal ends its purposes and leaves the others', (t) => {
  const both = grant({ purposes: { VERIFY: 'GRANTED', CALIBRATE: 'GRANTED' } });
  t.is(granted(chain(both, withdrawal('VERIFY'))), 'CALIBRATE');
});

test('a form entered late does not undo a withdrawal spoken after it', (t) => {
  t.is(granted(chain(withdrawal('VERIFY'), grant({}, hour(0)))), '');
  t.is(granted(chain(withdrawal('VERIFY'), grant({}, hour(1)))), 'VERIFY');
});

test('a grant ends at its expiry', (t) => {
  const events = chain(grant({ expiresAt: hour(9) }));
  t.is(granted(events, at(8)), 'VERIFY');
  t.is(granted(events, at(9)), '');
});

test('a grant ends when its notice needs consent anew, and only then', (t) => {
  const second = { noticeId: 'n', version: 2, from: hour(9) };
  const third = { noticeId: 'n', version: 3, from: hour(5) };
  t.is(granted(chain(grant()), at(9, { newConsent: [second] })), '');
  t.is(granted(chain(grant()), at(9, { newConsent: [{ ...second, noticeId: 'other' }] })), 'VERIFY');
  t.is(granted(chain(grant()), at(8, { newConsent: [second] })), 'VERIFY', 'the time of grace');
  t.is(granted(chain(grant()), at(5, { newConsent: [second, third] })), '', 'the shortest time counts');
});

test('a grant that does not count says why, and by when to ask again', (t) => {
  const newConsent = [{ noticeId: 'n', version: 2, from: hour(9) }];
  const state = (n: number, changes = {}) =>
    deriveConsentState(chain(grant(changes)), at(n, { newConsent })).purposes[0];
  t.like(state(8), { granted: true, lapse: null, askAgainBy: hour(9) });
  t.like(state(9), { granted: false, lapse: 'NEW_NOTICE', askAgainBy: hour(9) });
  t.like(state(9, { expiresAt: hour(8) }), { granted: false, lapse: 'EXPIRED' });
  const withdrawn = deriveConsentState(chain(grant(), withdrawal('VERIFY')), at(9, { newConsent }));
  t.like(withdrawn.purposes[0], { granted: false, lapse: null, askAgainBy: null });
});

test('“not now” takes nothing back, and a refusal stays one', (t) => {
  const notNow = grant({ purposes: { VERIFY: 'NOT_NOW', ADAPT: 'NOT_NOW' }, doNotAskBefore: hour(50) });
  const said = (...events: Parameters<typeof chain>) =>
    deriveConsentState(chain(...events), at(9)).purposes.map(({ value }) => value);
  t.deepEqual(said(notNow), ['NOT_NOW', 'NOT_NOW']);
  t.deepEqual(said(grant(), notNow), ['GRANTED', 'NOT_NOW']);
  t.deepEqual(said(withdrawal('VERIFY'), notNow), ['REFUSED', 'NOT_NOW']);
  t.deepEqual(said(notNow, grant()), ['GRANTED', 'NOT_NOW']);
});

test('“not now” is remembered until its date or a grant', (t) => {
  const notNow = grant({ purposes: { VERIFY: 'REFUSED' }, doNotAskBefore: hour(50) });
  t.deepEqual(deriveConsentState(chain(notNow), at(49)).doNotAskBefore, hour(50));
  t.is(deriveConsentState(chain(notNow), at(50)).doNotAskBefore, null);
  t.is(deriveConsentState(chain(notNow, grant()), at(49)).doNotAskBefore, null);
});

test('the state says on which event and notice it rests, and since when', (t) => {
  const [state] = deriveConsentState(chain(withdrawal('VERIFY'), grant()), at(9)).purposes;
  t.like(state, {
    eventId: 'event-2',
    since: hour(2),
    value: 'GRANTED',
    notice: { noticeId: 'n', version: 1 },
  });
});
