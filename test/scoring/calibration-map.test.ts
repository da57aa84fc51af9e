import test from 'ava';
import fc from 'fast-check';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import { CalibrationMap, leastSlope } from '../../src/scoring/index.js';
import { comparison, cosine, mapOf, measures, RATE } from '../helpers/calibration-map.js';

/** A fit that makes nothing of the bands. */
const NO_BANDS = {
  bandContrast: 0,
  scoreTimesBandContrast: 0,
  secondScoreTimesBandContrast: 0,
  bandContrastTimesLnNetSpeech: 0,
  slowDecay: 0,
};

/** Parameters and LLRs of a fit by other software, to hold the formula to. */
const FUSED = {
  weights: {
    bias: 27.53914775062554,
    score: -30.13087129368578,
    lnNetSpeech: -3.3318532736692825,
    scoreTimesLnNetSpeech: 5.770583303556034,
    snr: -9.145520787842555,
    scoreTimesSnr: 14.8804432771726,
    snrTimesLnNetSpeech: -1.3048484772648494,
    embeddingLength: -33.73643096071849,
    scoreTimesEmbeddingLength: 41.29219707287824,
    embeddingLengthTimesLnNetSpeech: 0,
    secondScore: 0,
    levelSpread: -19.936425820296964,
    secondScoreTimesLevelSpread: 22.520132263972425,
    ...NO_BANDS,
  },
  // score, second score, net speech (s), SNR (dB), embedding length, level spread (dB): LLR before its bounds
  llrs: [
    [0.85, 0.93, 2.995, 35, 7.8, 27, 11.937694],
    [0.7, 0.85, 2.995, 35, 7.8, 27, 2.178827],
    [0.66, 0.75, 2.995, 35, 7.8, 20, -0.164237],
    [0.62, 0.78, 8.985, 22.5, 7.5, 21, -4.154057],
    [0.75, 0.8, 5.99, 12, 7.2, 12, 4.346449],
    [0.4, 0.6, 20, 30, 8, 25, -29.086641],
    [0.9, 0.95, 45, 3, 5, 40, 9.999992],
  ],
};
const ALONE = {
  weights: {
    bias: 27.037773739504647,
    score: -26.920735299797897,
    lnNetSpeech: -3.571564436949142,
    scoreTimesLnNetSpeech: 5.821587944976086,
    snr: -9.861210039721103,
    scoreTimesSnr: 15.162513384377569,
    snrTimesLnNetSpeech: -1.1561324646557072,
    embeddingLength: -32.25223659800267,
    scoreTimesEmbeddingLength: 37.14214168662661,
    embeddingLengthTimesLnNetSpeech: 0,
    secondScore: 0,
    levelSpread: 0,
    secondScoreTimesLevelSpread: 0,
    ...NO_BANDS,
  },
  llrs: [
    [0.85, null, 2.995, 35, 7.8, 27, 10.410041],
    [0.7, null, 2.995, 35, 7.8, 27, 2.321496],
    [0.66, null, 2.995, 35, 7.8, 20, 0.164551],
    [0.62, null, 8.985, 22.5, 7.5, 21, -3.235441],
    [0.75, null, 5.99, 12, 7.2, 12, 4.434133],
    [0.4, null, 20, 30, 8, 25, -23.149312],
    [0.9, null, 45, 3, 5, 40, 9.054888],
  ],
};

const WITH_BANDS = {
  weights: {
    bias: 5.343601475968049,
    score: -2.1289830144594255,
    lnNetSpeech: -3.6467422653671444,
    scoreTimesLnNetSpeech: 8.493181625792122,
    snr: -5.09140473591208,
    scoreTimesSnr: 7.520585673058926,
    snrTimesLnNetSpeech: -0.14600699117563712,
    embeddingLength: -8.194352451787115,
    scoreTimesEmbeddingLength: 6.263345395056895,
    embeddingLengthTimesLnNetSpeech: -3.0718454244316153,
    secondScore: 5.612404216877176,
    levelSpread: -4.787517068590895,
    secondScoreTimesLevelSpread: 2.9203723865322755,
    bandContrast: -17.966366439551585,
    scoreTimesBandContrast: 9.531948275361186,
    secondScoreTimesBandContrast: 14.123670341830309,
    bandContrastTimesLnNetSpeech: -4.070955390434101,
    slowDecay: 1.3707016834986292,
  },
  // The same, with the contrast of the bands and the slowness of the decay (dB) before the LLR
  llrs: [
    [0.85, 0.93, 2.995, 35, 7.8, 27, 28, 3, 8.714366],
    [0.7, 0.85, 2.995, 35, 7.8, 27, 24, 6.5, 2.139366],
    [0.66, 0.75, 2.995, 35, 7.8, 20, 15, 1, 2.110309],
    [0.62, 0.78, 8.985, 22.5, 7.5, 21, 20, -2, -3.267412],
    [0.75, 0.8, 5.99, 12, 7.2, 12, 10, 9, 8.350444],
    [0.4, 0.6, 20, 30, 8, 25, 40, 2, -32.930247],
  ],
} as const;

const fused = mapOf(FUSED.weights, 'ge2e');
const alone = mapOf(ALONE.weights, null);

test('the map agrees with the numbers of the fit, and keeps to its bounds', (t) => {
  for (const [file, { llrs }] of [
    [fused, FUSED],
    [alone, ALONE],
  ] as const) {
    const map = new CalibrationMap(file);
    for (const [score, secondScore, seconds, snrDb, embeddingLength, levelSpreadDb, expected] of llrs) {
      const { llr, unbounded, clipped } = map.llr({
        score: score!,
        secondScore: secondScore ?? null,
        netSpeechMs: seconds! * 1000,
        quality: {
          ...UNKNOWN_QUALITY,
          snrDb: snrDb!,
          embeddingLength: embeddingLength!,
          levelSpreadDb: levelSpreadDb!,
        },
      });
      t.true(Math.abs(unbounded - expected!) < 1e-5, `${unbounded} for ${expected}`);
      t.is(llr, Math.min(6, Math.max(-5.5, unbounded)));
      t.is(clipped, llr !== unbounded);
    }
  }
});

test('what the bands say counts between its limits', (t) => {
  const map = new CalibrationMap(mapOf(WITH_BANDS.weights, 'ge2e'));
  for (const [
    score,
    secondScore,
    seconds,
    snrDb,
    length,
    spread,
    contrast,
    decay,
    expected,
  ] of WITH_BANDS.llrs) {
    const quality = { snrDb, embeddingLength: length, levelSpreadDb: spread };
    const { unbounded } = map.llr({
      score,
      secondScore,
      netSpeechMs: seconds * 1000,
      quality: { ...UNKNOWN_QUALITY, ...quality, bandContrastDb: contrast, slowDecayDb: decay },
    });
    t.true(Math.abs(unbounded - expected) < 1e-5, `${unbounded} for ${expected}`);
  }
});

test('a higher score in either space is never weaker evidence', (t) => {
  const maps = [new CalibrationMap(fused), new CalibrationMap(mapOf(WITH_BANDS.weights, 'ge2e'))];
  t.true(leastSlope(alone) > 0 && leastSlope(fused) === 0, 'in noise that fit left the second score out');
  fc.assert(
    fc.property(comparison, cosine, cosine, (one, score, secondScore) => {
      const low = {
        ...one,
        score: Math.min(one.score, score),
        secondScore: Math.min(one.secondScore, secondScore),
      };
      const high = {
        ...one,
        score: Math.max(one.score, score),
        secondScore: Math.max(one.secondScore, secondScore),
      };
      for (const map of maps) t.true(map.llr(high).unbounded >= map.llr(low).unbounded - 1e-9);
    }),
  );
});

test('on what is not known neither an acceptance nor a rejection rests', (t) => {
  const map = new CalibrationMap(mapOf(WITH_BANDS.weights, 'ge2e'));
  const known = { snrDb: 32, embeddingLength: 7.8, levelSpreadDb: 26, bandContrastDb: 27, slowDecayDb: 3 };
  const llr = (score: number, secondScore: number, quality: object) =>
    map.llr({ score, secondScore, netSpeechMs: 9000, quality: { ...UNKNOWN_QUALITY, ...quality } }).unbounded;
  const unknown = { ...known, bandContrastDb: null, slowDecayDb: null };
  t.true(llr(0.7, 0.85, known) < -2);
  t.is(llr(0.7, 0.85, unknown), 0);
  t.true(llr(0.9, 0.95, unknown) > 0 && llr(0.9, 0.95, unknown) <= llr(0.9, 0.95, known));
  t.true(llr(0.2, 0.3, unknown) < 0 && llr(0.2, 0.3, unknown) >= llr(0.2, 0.3, known));
  fc.assert(
    fc.property(comparison, fc.record(measures), (one, truth) => {
      const quality = { ...one.quality };
      for (const name of Object.keys(truth) as (keyof typeof truth)[]) quality[name] ??= truth[name];
      const [told, complete] = [one, { ...one, quality }].map((each) => map.llr(each).unbounded);
      t.true(told! >= Math.min(0, complete!) - 1e-9 && told! <= Math.max(0, complete!) + 1e-9);
    }),
  );
});

test('the slope is looked for at every corner of the limits', (t) => {
  const weights = { ...ALONE.weights, scoreTimesSnr: -30 };
  t.true(leastSlope({ ...alone, weights }) < 0);
  t.true(leastSlope({ ...fused, weights: { ...FUSED.weights, secondScore: -1 } }) < 0);
  const bands = mapOf(WITH_BANDS.weights, 'ge2e');
  t.true(leastSlope(bands) > 0);
  t.true(leastSlope({ ...bands, weights: { ...WITH_BANDS.weights, scoreTimesBandContrast: -40 } }) < 0);
  t.true(leastSlope({ ...bands, weights: { ...WITH_BANDS.weights, secondScoreTimesBandContrast: -9 } }) < 0);
});

test('more comparisons or a lower target never lower the threshold', (t) => {
  const map = new CalibrationMap(alone);
  const target = fc.double({ min: 0.0001, max: 0.2, noNaN: true });
  const comparisons = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(target, target, comparisons, comparisons, (a, b, m, n) => {
      const strict = map.acceptThreshold(Math.min(a, b), Math.max(m, n));
      const loose = map.acceptThreshold(Math.max(a, b), Math.min(m, n));
      t.true(strict.llr >= loose.llr);
    }),
  );
});

test('a threshold grows with the logarithm of the comparisons, and says what was measured for as many', (t) => {
  const map = new CalibrationMap(alone);
  t.is(map.acceptThreshold(0.01, 1).llr, 3.2);
  t.true(Math.abs(map.acceptThreshold(0.01, 6).llr - 3.2 - Math.log(6)) < 1e-12);
  t.deepEqual(map.acceptThreshold(0.01, 1).measured, RATE);
  t.is(map.acceptThreshold(0.01, 2).measured?.rate, 0.004);
  t.is(map.acceptThreshold(0.01, 7).measured, null);
});

test('between measured rates the stricter one counts; below the lowest nothing is accepted', (t) => {
  const map = new CalibrationMap(alone);
  t.is(map.acceptThreshold(0.04, 1).llr, 3.2);
  t.is(map.acceptThreshold(0.2, 1).llr, 1.2);
  t.deepEqual(map.acceptThreshold(0.0001, 1), { llr: Infinity, measured: null });
});

test('a map over two spaces needs both', (t) => {
  const [both, one] = [new CalibrationMap(fused), new CalibrationMap(alone)];
  const test = { campplus: Float32Array.of(1, 0), ge2e: Float32Array.of(0, 1) };
  const enrolled = { campplus: Float32Array.of(1, 0), ge2e: Float32Array.of(1, 0) };
  t.deepEqual(both.spaces, ['campplus', 'ge2e']);
  t.deepEqual(both.scores(test, enrolled), { score: 1, secondScore: 0 });
  t.is(both.scores({ campplus: test.campplus }, enrolled), undefined);
  t.is(both.scores({ ge2e: test.ge2e }, enrolled), undefined);
  t.deepEqual(one.scores(test, enrolled), { score: 1, secondScore: null });
});
