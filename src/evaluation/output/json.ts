import type { Baseline, Cell } from '../cells.js';
import type { Evaluation } from '../evaluate.js';
import type { Measured } from '../measure.js';

/** `[low, high]`, or null. */
function interval({ interval: found }: Measured): readonly [number, number] | null {
  return found && [found.low, found.high];
}

/** What `--json` says of a cell: docs/evaluation-data.md names every field. */
export function cellJson(cell: Cell) {
  const { discrimination, calibration, policy } = cell;
  return {
    corpus: cell.corpus,
    condition: cell.condition,
    enrolment: cell.enrolment,
    netSpeechSeconds: cell.netSpeechSeconds,
    targetTrials: cell.targetTrials,
    impostorTrials: cell.impostorTrials,
    speakers: cell.speakers,
    enrolmentNetSpeechMs: cell.enrolmentNetSpeechMs,
    eer: discrimination.eer.value,
    minDcf: discrimination.minDcf.value,
    cllr: calibration.cllr.value,
    cllrMin: calibration.cllrMin.value,
    fnmrAtFmr1: discrimination.fnmrAtFmr1.value,
    missesAtFmr1: discrimination.missesAtFmr1,
    fnmrAtFmr01: discrimination.fnmrAtFmr01.value,
    missesAtFmr01: discrimination.missesAtFmr01,
    policy: {
      fmr: policy.fmr.value,
      fnmr: policy.fnmr.value,
      abstained: policy.abstained.value,
      abstainedImpostors: policy.abstainedImpostors.value,
      falseMatches: policy.falseMatches,
      falseNonMatches: policy.falseNonMatches,
    },
    medianDecisionNetSpeechMs: cell.medianDecisionNetSpeechMs,
    intervals: {
      eer: interval(discrimination.eer),
      minDcf: interval(discrimination.minDcf),
      cllr: interval(calibration.cllr),
      cllrMin: interval(calibration.cllrMin),
      cllrLoss: interval(calibration.loss),
      fnmrAtFmr1: interval(discrimination.fnmrAtFmr1),
      fnmrAtFmr01: interval(discrimination.fnmrAtFmr01),
      policyFmr: interval(policy.fmr),
      policyFnmr: interval(policy.fnmr),
      policyAbstained: interval(policy.abstained),
    },
    splits: cell.splits.map(({ eer, fnmrAtFmr1, policyFmr, ...split }) => ({
      ...split,
      eer: eer.value,
      fnmrAtFmr1: fnmrAtFmr1.value,
      policyFmr: policyFmr.value,
      intervals: {
        eer: interval(eer),
        fnmrAtFmr1: interval(fnmrAtFmr1),
        policyFmr: interval(policyFmr),
      },
    })),
    baseline: baselineJson(cell.baseline),
    baselineWithPauses: baselineJson(cell.baselineWithPauses),
  };
}

function baselineJson(baseline: Baseline | null) {
  if (!baseline) return null;
  const { discrimination, difference } = baseline;
  return {
    eer: discrimination.eer.value,
    fnmrAtFmr1: discrimination.fnmrAtFmr1.value,
    missesAtFmr1: discrimination.missesAtFmr1,
    intervals: {
      eer: interval(discrimination.eer),
      fnmrAtFmr1: interval(discrimination.fnmrAtFmr1),
    },
    difference: {
      eer: difference.eer.value,
      fnmrAtFmr1: difference.fnmrAtFmr1.value,
      intervals: {
        eer: interval(difference.eer),
        fnmrAtFmr1: interval(difference.fnmrAtFmr1),
      },
    },
  };
}

/** All of an evaluation for programs. */
export function evaluationJson(evaluation: Evaluation) {
  const { cells, ...rest } = evaluation;
  return { conditions: cells.map(cellJson), ...rest };
}
