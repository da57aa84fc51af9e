import test from 'ava';
import fc from 'fast-check';
import { settle, type Standing } from '../../src/enrolment/status.js';

const standings: fc.Arbitrary<Standing[]> = fc
  .array(
    fc.record({
      label: fc.constantFrom('a', 'b'),
      status: fc.constantFrom('PENDING', 'ACTIVE', 'QUARANTINED', 'SUPERSEDED'),
      usableFrom: fc.option(fc.integer({ min: 0, max: 10 }).map((time) => new Date(time))),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.map((each, index) => ({ ...each, voiceprintId: String(index), version: index + 1 })));

test('under a label at most one is in use, the latest that may be', (t) => {
  fc.assert(
    fc.property(standings, fc.integer({ min: 0, max: 10 }), (list, time) => {
      const statuses = settle(list, new Date(time));
      for (const label of ['a', 'b']) {
        const own = list.filter((each) => each.label === label);
        const mayBe = own.filter(
          ({ status, usableFrom }) =>
            status === 'ACTIVE' ||
            (status === 'PENDING' && usableFrom !== null && usableFrom.getTime() <= time),
        );
        const active = own.filter(({ voiceprintId }) => statuses.get(voiceprintId) === 'ACTIVE');
        t.deepEqual(active, mayBe.slice(-1));
      }
    }),
    { numRuns: 500 },
  );
});

test('settling again changes nothing, and time never brings one back', (t) => {
  fc.assert(
    fc.property(
      standings,
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 0, max: 10 }),
      (list, now, more) => {
        const stored = (statuses: ReturnType<typeof settle>) =>
          list.map((each) => ({ ...each, status: statuses.get(each.voiceprintId)! }));
        const first = stored(settle(list, new Date(now)));
        t.deepEqual(stored(settle(first, new Date(now))), first);
        // Whether or not the status was stored in between, later it is the same.
        t.deepEqual(settle(first, new Date(now + more)), settle(list, new Date(now + more)));
      },
    ),
    { numRuns: 500 },
  );
});

test('what is quarantined or superseded stays so, and what has no time waits', (t) => {
  const one = (status: Standing['status'], usableFrom: Date | null) =>
    settle([{ voiceprintId: 'x', label: 'a', version: 1, status, usableFrom }], new Date(5)).get('x');
  t.is(one('QUARANTINED', new Date(0)), 'QUARANTINED');
  t.is(one('SUPERSEDED', new Date(0)), 'SUPERSEDED');
  t.is(one('PENDING', null), 'PENDING');
  t.is(one('PENDING', new Date(6)), 'PENDING');
});
