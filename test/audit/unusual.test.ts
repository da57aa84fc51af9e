import test from 'ava';
import fc from 'fast-check';
import { findUnusual, type DayCount } from '../../src/audit/index.js';

const options = { fromDay: 100, minimumSpeakers: 10 };

/** What somebody read on these days. */
function days(actorId: string, fromDay: number, ...speakers: number[]): DayCount[] {
  return speakers.map((number, index) => ({
    actorId,
    role: 'AGENT',
    day: fromDay + index,
    speakers: number,
  }));
}

test('a day far above the own days before is unusual', (t) => {
  const [found, ...others] = findUnusual(
    days('eve', 90, 18, 20, 22, 20, 20, 18, 22, 20, 20, 20, 60),
    options,
  );
  t.deepEqual(others, []);
  t.like(found, { day: 100, speakers: 60, reasons: ['OWN_HISTORY'], colleagues: null });
  // Median 20, MAD 1, which counts as 2, a tenth of the median.
  t.is(found?.own?.median, 20);
  t.is(found?.own?.score, (0.6745 * 40) / 2);
});

test('a day far above colleagues of the same role is unusual, whatever the own days say', (t) => {
  const counts = [
    ...days('eve', 95, 50, 50, 50, 50, 50, 50),
    ...['ann', 'bob', 'cem'].flatMap((actorId) => days(actorId, 100, 10)),
    ...days('sue', 100, 200).map((count) => ({ ...count, role: 'SUPERVISOR' })),
  ];
  const found = findUnusual(counts, options);
  t.deepEqual(
    found.map(({ actorId, reasons, colleagues }) => [actorId, reasons, colleagues]),
    [['eve', ['COLLEAGUES'], { median: 10, ratio: 5 }]],
  );
});

test('days before the period, days with few people and too little to compare with are not told', (t) => {
  t.deepEqual(findUnusual(days('eve', 90, 1, 1, 1, 1, 1, 1, 1, 1, 90, 1, 9), options), []);
  t.deepEqual(findUnusual(days('eve', 96, 1, 1, 1, 1, 1000), options), [], 'four days before');
  t.deepEqual(
    findUnusual([...days('eve', 100, 1000), ...days('ann', 100, 1), ...days('bob', 100, 1)], options),
    [],
    'two colleagues',
  );
});

test('somebody who reads the same number every day, as everybody does, is never unusual', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 9 }), (speakers, people) => {
      const counts = Array.from({ length: people }, (_, person) =>
        days(`actor-${person}`, 80, ...Array<number>(30).fill(speakers)),
      ).flat();
      t.deepEqual(findUnusual(counts, options), []);
    }),
    { numRuns: 50 },
  );
});

test('whoever is told for a number is told for a larger one, and the order of the counts does not matter', (t) => {
  const history = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 0, maxLength: 28 });
  const others = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });
  const number = fc.integer({ min: 1, max: 400 });
  fc.assert(
    fc.property(history, others, number, number, (before, colleagues, one, more) => {
      const told = (speakers: number) => {
        const counts = [
          ...days('eve', 100 - before.length, ...before),
          ...days('eve', 100, speakers),
          ...colleagues.flatMap((each, index) => days(`actor-${index}`, 100, each)),
        ];
        const found = findUnusual(counts, options).filter(({ actorId }) => actorId === 'eve');
        t.deepEqual(
          findUnusual(counts.reverse(), options).filter(({ actorId }) => actorId === 'eve'),
          found,
        );
        return found[0]?.reasons ?? [];
      };
      for (const reason of told(one)) t.true(told(one + more).includes(reason));
    }),
    { numRuns: 100 },
  );
});
