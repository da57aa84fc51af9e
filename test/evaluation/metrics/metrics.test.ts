import test from 'ava';
import fc from 'fast-check';
import {
  bootstrapWeights,
  cllr,
  countTrials,
  drawSpeakers,
  errorRates,
  evenWeights,
  histogram,
  minimumCllr,
  operatingPoints,
  percentileInterval,
  poolAdjacentViolators,
  probit,
  reliability,
  sortTrials,
  supports,
  type SortedTrials,
} from '../../../src/evaluation/metrics/index.js';

/** Trials of two speakers from their scores. */
function trials(targets: readonly number[], impostors: readonly number[]): SortedTrials {
  const scores = Float64Array.from([...targets, ...impostors]);
  return sortTrials({
    scores,
    targets: Uint8Array.from(scores, (_, i) => (i < targets.length ? 1 : 0)),
    enrolled: Int32Array.from(scores, (_, i) => i % 2),
    tested: Int32Array.from(scores, (_, i) => (i < targets.length ? i % 2 : (i + 1) % 2)),
    speakers: 2,
  });
}

const score = fc.integer({ min: -40, max: 40 }).map((value) => value / 8);
const scores = fc.array(score, { minLength: 1, maxLength: 30 });
const some = fc.tuple(scores, scores).map(([targets, impostors]) => trials(targets, impostors));

test('the equal error rate of a worked example', (t) => {
  // One of four genuine below, one of four impostors above any threshold between 3 and 4.
  const { eer, fnmrAt } = errorRates(
    trials([2, 5, 6, 7], [0, 1, 3.5, 4.5]),
    new Float64Array(8).fill(1),
    [0.01, 0.25],
  );
  t.is(eer, 0.25);
  t.deepEqual(fnmrAt, [0.25, 0.25]);
});

test('scores that part perfectly cost nothing', (t) => {
  const apart = trials([20, 30], [-30, -20]);
  const weights = evenWeights(apart);
  t.deepEqual(errorRates(apart, weights, [0.001]), { eer: 0, minDcf: 0, fnmrAt: [0] });
  t.is(minimumCllr(apart, weights), 0);
  t.true(cllr(apart, weights) < 1e-8);
});

test('scores that say nothing cost one bit, and all that can be asked for', (t) => {
  const same = trials([0, 0, 0], [0, 0, 0, 0]);
  const weights = evenWeights(same);
  t.is(cllr(same, weights), 1);
  t.is(minimumCllr(same, weights), 1);
  t.deepEqual(errorRates(same, weights, [0.01]), { eer: 0.5, minDcf: 1, fnmrAt: [1] });
});

test('Cllr of a worked example (Brümmer and du Preez 2006, eq. 20)', (t) => {
  // (log2(1 + 1/3) + log2(1 + 1/2)) / 2, both LLRs on the right side.
  const two = trials([Math.log(3)], [-Math.log(2)]);
  t.true(Math.abs(cllr(two, evenWeights(two)) - (Math.log2(4 / 3) + Math.log2(3 / 2)) / 2) < 1e-12);
});

test('operating points run from accepting everybody to accepting nobody, and only one way', (t) => {
  fc.assert(
    fc.property(some, (sorted) => {
      const points = operatingPoints(sorted, evenWeights(sorted));
      const first = points[0]!;
      const last = points.at(-1)!;
      t.deepEqual([first.fmr, first.fnmr, last.fmr, last.fnmr], [1, 0, 0, 1]);
      points.slice(1).forEach((point, i) => {
        t.true(point.fmr <= points[i]!.fmr + 1e-12 && point.fnmr >= points[i]!.fnmr - 1e-12);
      });
    }),
  );
});

test('every rate is what counting gives at its threshold', (t) => {
  fc.assert(
    fc.property(some, (sorted) => {
      for (const { threshold, fmr, fnmr } of operatingPoints(sorted, evenWeights(sorted))) {
        const accepted = (kind: number) =>
          sorted.scores.filter((each, i) => sorted.targets[i] === kind && each >= threshold).length;
        const { targets, impostors } = countTrials(sorted);
        t.true(Math.abs(fmr - accepted(0) / impostors) < 1e-12);
        t.true(Math.abs(1 - fnmr - accepted(1) / targets) < 1e-12);
      }
    }),
  );
});

test('no rising map of the scores changes what they part, and none calibrates better than the best', (t) => {
  fc.assert(
    fc.property(
      some,
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      (sorted, slope, offset) => {
        const mapped = sortTrials({
          ...sorted,
          scores: sorted.scores.map((each) => Math.atan(each) * slope + offset),
        });
        const weights = evenWeights(sorted);
        const before = errorRates(sorted, weights, [0.1]);
        const after = errorRates(mapped, weights, [0.1]);
        t.true(Math.abs(before.eer - after.eer) < 1e-9);
        t.true(Math.abs(before.minDcf - after.minDcf) < 1e-9);
        t.true(Math.abs(before.fnmrAt[0]! - after.fnmrAt[0]!) < 1e-9);
        t.true(Math.abs(minimumCllr(sorted, weights) - minimumCllr(mapped, weights)) < 1e-9);
        t.true(cllr(mapped, weights) >= minimumCllr(mapped, weights) - 1e-9);
      },
    ),
  );
});

test('pooled blocks rise, and hold every trial once', (t) => {
  fc.assert(
    fc.property(some, (sorted) => {
      const blocks = poolAdjacentViolators(sorted, evenWeights(sorted));
      const sum = (key: 'target' | 'impostor') => blocks.reduce((total, block) => total + block[key], 0);
      t.true(Math.abs(sum('target') - 1) < 1e-9 && Math.abs(sum('impostor') - 1) < 1e-9);
      const ratios = blocks.map(({ target, impostor }) => target / (target + impostor));
      t.true(ratios.every((ratio, i) => i === 0 || ratio > ratios[i - 1]! - 1e-12));
    }),
  );
});

test('a weight of two is the same trial twice', (t) => {
  fc.assert(
    fc.property(scores, scores, (targets, impostors) => {
      const once = trials(targets, impostors);
      const twice = trials([...targets, ...targets], [...impostors, ...impostors]);
      const doubled = evenWeights(once).map((weight) => 2 * weight);
      t.true(Math.abs(cllr(once, doubled) - cllr(twice, evenWeights(twice))) < 1e-9);
      t.true(Math.abs(errorRates(once, doubled).eer - errorRates(twice, evenWeights(twice)).eer) < 1e-9);
      t.true(Math.abs(minimumCllr(once, doubled) - minimumCllr(twice, evenWeights(twice))) < 1e-9);
    }),
  );
});

test('the bootstrap draws as many speakers as there are, the same ones for the same seed', (t) => {
  const draws = drawSpeakers(7, 50, 3);
  t.true(draws.every((counts) => counts.reduce((sum, count) => sum + count, 0) === 7));
  t.deepEqual(draws, drawSpeakers(7, 50, 3));
  t.notDeepEqual(draws, drawSpeakers(7, 50, 4));
});

test('a pair of speakers counts as often as both were drawn together', (t) => {
  const pair = trials([1], [0]);
  t.deepEqual([...bootstrapWeights(pair, Int32Array.of(3, 2))], [6, 3]);
});

test('an interval holds the middle 95 of 100', (t) => {
  const values = Array.from({ length: 101 }, (_, i) => i);
  t.deepEqual(percentileInterval(values), { low: 2.5, high: 97.5 });
  t.is(percentileInterval([Number.NaN]), undefined);
});

test('a rate is spoken of only where the trials could show it', (t) => {
  t.false(supports(299, 0.01));
  t.true(supports(300, 0.01));
});

test('well calibrated scores are reliable', (t) => {
  // Impostors N(-2, 4), targets N(2, 4): the score is the LLR itself.
  const spread = Array.from({ length: 4000 }, (_, i) => 2 * probit((i + 0.5) / 4000));
  const bins = reliability(
    trials(
      spread.map((z) => z + 2),
      spread.map((z) => z - 2),
    ),
  );
  const busy = bins.filter(({ targets, impostors }) => Math.min(targets, impostors) > 100);
  t.true(busy.length > 4);
  t.true(busy.every(({ stated, observed }) => Math.abs(stated - observed) < 0.2));
});

test('a histogram holds every trial once', (t) => {
  fc.assert(
    fc.property(some, (sorted) => {
      const { targets, impostors } = histogram(sorted, 10);
      for (const shares of [targets, impostors]) t.true(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
    }),
  );
});
