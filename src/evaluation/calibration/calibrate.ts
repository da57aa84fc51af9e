import type { Policy } from '../../domain/policy.js';
import { VouchError } from '../../errors.js';
import { Calibration, type CalibrationFile, type CalibrationMapFile } from '../../scoring/index.js';
import { TELEPHONE_CONDITIONS } from '../call-rates.js';
import type { EmbeddedSpeech } from '../embedding/index.js';
import { bySpeaker, type SpeechSession } from '../manifest.js';
import { chooseSessions } from '../speech-tests.js';
import { simulateCalls, type SimulatedCall } from '../whole-calls.js';
import { boundsOf, crossValidate, fitQuality, fitWeights, LIMITS, type FitQuality } from './fit.js';
import { collectRows, IMPOSTOR_SHARE, type CalibrationRow } from './rows.js';
import { thresholdsOf } from './thresholds.js';

export interface CalibrationRequest {
  readonly speech: EmbeddedSpeech;
  readonly sessions: readonly SpeechSession[];
  readonly conditions: readonly string[];
  readonly policy: Policy;
  readonly id: string;
  readonly version: number;
  readonly shipped: boolean;
  readonly warning: string;
  /** The space of the score, and that of a second opinion; with one, a map without it is fitted as well, to fall back on. */
  readonly spaces: readonly [string, string?];
  /** The graphs of each space that are alike, by sha256. */
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly replicates: number;
  readonly onProgress: (what: string) => void;
}

/** Fits a calibration to embedded speech: weights, bounds and thresholds of every map, and how good it is held out. */
export async function calibrate(request: CalibrationRequest): Promise<CalibrationFile> {
  const [space, secondSpace] = request.spaces;
  request.onProgress('comparing');
  const all = await collectRows(request.speech, request.sessions, request.conditions, request.spaces);
  const maps: CalibrationMapFile[] = [];
  const quality: Record<string, readonly FitQuality[]> = {};
  for (const second of secondSpace === undefined ? [null] : [secondSpace, null]) {
    const name = second === null ? space : `${space}+${second}`;
    const rows = second === null ? all.map((row) => ({ ...row, secondScore: null })) : all;
    const fitted = rows.filter(({ judgedOnly }) => !judgedOnly);
    request.onProgress(`fitting ${name} to ${fitted.length} of ${rows.length} comparisons`);
    const heldOut = crossValidate(rows);
    const llr = boundsOf(heldOut, rows);
    const weights = fitWeights(rows);
    const map = { space, secondSpace: second, weights, limits: LIMITS, llr, thresholds: [] };
    quality[name] = fitQuality(heldOut, llr);
    request.onProgress(`whole calls in ${name}`);
    const calls = await callsOf(request, map);
    const thresholds = thresholdsOf(calls, llr.max, request.replicates);
    if (thresholds.length === 0) throw unsupported();
    maps.push({ ...map, thresholds });
  }
  return {
    formatVersion: 4,
    id: request.id,
    version: request.version,
    warning: request.warning,
    shipped: request.shipped,
    models: Object.fromEntries(Object.entries(request.models).map(([id, hashes]) => [id, [...hashes]])),
    maps,
    provenance: provenanceOf(request, all, quality),
  };
}

/** A file without thresholds is none: no decision can rest on it. */
function unsupported(): VouchError {
  return new VouchError('FIELD_INVALID', {
    field: 'data',
    message: 'Whole calls under the telephone conditions chosen support no false-match rate.',
  });
}

async function callsOf(request: CalibrationRequest, map: CalibrationMapFile): Promise<SimulatedCall[]> {
  const file = { maps: [map], id: request.id, version: request.version, shipped: request.shipped };
  const spaces = request.speech.pipeline.spaces.map(({ id }) => id);
  const calibration = new Calibration(
    { ...file, formatVersion: 4, warning: '', models: {}, provenance: {} },
    '',
    spaces,
  );
  const calls: SimulatedCall[] = [];
  for (const [corpus, sessions] of bySpeaker(request.sessions)) {
    const speakers = await chooseSessions(sessions, request.speech);
    if (speakers.length < 3) continue;
    const { speech, conditions, policy } = request;
    for (const condition of conditions.filter((id) => TELEPHONE_CONDITIONS.includes(id))) {
      const simulation = { speech, corpus, speakers, terms: { calibration, policy }, conditions };
      for (const call of await simulateCalls(simulation, condition)) calls.push(call);
    }
  }
  return calls;
}

function provenanceOf(
  { sessions, conditions, replicates }: CalibrationRequest,
  rows: readonly CalibrationRow[],
  quality: Readonly<Record<string, readonly FitQuality[]>>,
): CalibrationFile['provenance'] {
  const targets = rows.filter(({ target }) => target).length;
  const speakersOf = (corpus: string) =>
    new Set(rows.filter((row) => row.corpus === corpus).flatMap(({ enrolled, tested }) => [enrolled, tested]))
      .size;
  const corpora = [...new Set(rows.map(({ corpus }) => corpus))];
  return {
    method: `logistic regression with a ridge; targets weigh as much as impostors, corpora by their speakers, conditions, lengths and speakers within one the same, babble at 10 and 5 dB and noise at 5 dB half; of the impostors ${100 * IMPOSTOR_SHARE} % are fitted to, all are judged`,
    heldOut:
      'every comparison judged by a fit without any speaker of the folds of its two; ten folds of speakers',
    conditions,
    trials: { targets, impostors: rows.length - targets, note: 'the independent units are the speakers' },
    speakers: Object.fromEntries(corpora.map((corpus) => [corpus, speakersOf(corpus)])),
    sessions: sessions.length,
    bounds:
      'empirical lower and upper bound (Vergeer et al. 2016), held out; the upper one over pairs of speakers',
    thresholds: `whole calls, claims at random, at most half of the target; intervals: ${replicates} replicates over speakers`,
    cllrHeldOut: quality,
  };
}
