/** Measuring: trials from recordings, error rates, calibration. */
export { CONDITIONS } from './conditions/index.js';
export { embedSpeech, type EmbeddedSpeech } from './embedding/index.js';
export type { Cell } from './cells.js';
export { evaluate, type Evaluation } from './evaluate.js';
export { isMeasurable, readManifest, type SpeechSession } from './manifest.js';
export { operatingCurves } from './output/curves.js';
export { evaluationJson } from './output/json.js';
export { evaluationText } from './output/evaluation-text.js';
export { calibrate } from './calibration/calibrate.js';
export { isDoubtful } from './doubtful.js';
export { reportPage } from './output/report/page.js';
export { ablate } from './ablations/ablate.js';
export { ablationText } from './output/text.js';
export { unknownMeasures } from './calibration/fit.js';
export { calibrateFromRows, readLoggedRows } from './calibration/logged-rows.js';
export { measureReplay } from './replay/measure.js';
export { replayText } from './replay/text.js';
