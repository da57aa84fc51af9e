import type { Cell } from '../../cells.js';
import { detCurve, histogram, probit, reliability, sortTrials } from '../../metrics/index.js';
import { plot, type Axis, type Series } from './svg.js';

const DET_TICKS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4];

function detAxis(title: string): Axis {
  const ticks = DET_TICKS.map((rate) => ({ at: probit(rate), label: String(100 * rate) }));
  return { title, min: probit(0.0008), max: probit(0.45), ticks };
}

/** Both error rates against each other for each length of test (Martin et al., "The DET curve", Eurospeech 1997). */
export function detPlot(cells: readonly Cell[]): string {
  const series = cells.map(({ netSpeechSeconds, trials }, i): Series => {
    const curve = detCurve(sortTrials(trials));
    return {
      name: `${netSpeechSeconds} s`,
      colour: i % 6,
      kind: 'line',
      points: curve.map(({ fmr, fnmr }) => [probit(fmr), probit(fnmr)]),
    };
  });
  return plot(
    'Trade of errors: impostors accepted against genuine callers missed, for every threshold',
    detAxis('impostors accepted (FMR), %'),
    detAxis('genuine missed (FNMR), %'),
    series,
  );
}

function llrAxis(title: string): Axis {
  const ticks = [-6, -4, -2, 0, 2, 4, 6].map((at) => ({ at, label: String(at) }));
  return { title, min: -7, max: 7, ticks };
}

/** What was stated against what came: points on the diagonal can be believed. */
export function reliabilityPlot(cells: readonly Cell[]): string {
  const series = cells.map(({ netSpeechSeconds, trials }, i): Series => {
    const bins = reliability(trials).filter(({ targets, impostors }) => targets + impostors >= 10);
    return {
      name: `${netSpeechSeconds} s`,
      colour: i % 6,
      kind: 'dots',
      points: bins.map(({ stated, observed }) => [stated, observed]),
    };
  });
  return plot(
    'Can the log-likelihood ratio be believed? On the diagonal, what was stated is what came',
    llrAxis('stated'),
    llrAxis('observed'),
    series,
    true,
  );
}

/** How the log-likelihood ratios of both kinds of trial are spread. */
export function histogramPlot(cell: Cell): string {
  const { from, width, targets, impostors } = histogram(cell.trials);
  const top = Math.max(...targets, ...impostors);
  const steps = (shares: readonly number[]) =>
    shares.flatMap((share, i): [number, number][] => [
      [from + i * width, share],
      [from + (i + 1) * width, share],
    ]);
  const series: Series[] = [
    { name: 'genuine', colour: 1, kind: 'steps', points: steps(targets) },
    { name: 'impostors', colour: 3, kind: 'steps', points: steps(impostors) },
  ];
  const ticks = [0, top / 2, top].map((at) => ({ at, label: (100 * at).toFixed(0) }));
  return plot(
    `Log-likelihood ratios, ${cell.netSpeechSeconds} s of speech`,
    llrAxis('log-likelihood ratio'),
    { title: 'share of trials, %', min: 0, max: top, ticks },
    series,
  );
}
