import type {
  CalibrationAssignment,
  CalibrationInForce,
  CalibrationInformation,
} from '../domain/calibration.js';
import type { LoggedComparison } from '../domain/logged-comparison.js';
import type { ModelInformation } from '../domain/model.js';
import type * as proto from '../gen/vouch/v1/admin.js';
import * as common from '../gen/vouch/v1/common.js';
import { CalibrationFit } from '../gen/vouch/v1/decision.js';
import { Outcome } from '../gen/vouch/v1/verification.js';
import type { CallCalibrations } from '../session/index.js';
import { fromProtoOptional, toProto, toProtoOrUnspecified } from './enums.js';
import { optionalId, validText, within } from './validate.js';
import { writeReference } from './write-call.js';

const REASON_BYTES = 1000;
const MOST_VERSION = 0x7fff_ffff;

export function readAssignment(
  request: proto.AssignCalibrationRequest,
): Parameters<CallCalibrations['assign']>[1] {
  return {
    source: fromProtoOptional(common.SourceProfile, request.source, 'source') ?? 'ANY',
    calibrationId: optionalId(request.calibrationId, 'calibration_id'),
    calibrationVersion: within(request.calibrationVersion, 'calibration_version', 0, MOST_VERSION),
    reason: validText(request.reason, 'reason', REASON_BYTES),
  };
}

export function writeCalibration(calibration: CalibrationInformation): proto.Calibration {
  const { reference, shipped, configured, warning, sources, maps } = calibration;
  return {
    reference: writeReference(reference),
    shipped,
    configured,
    warning,
    sources: (sources ?? []).map((source) =>
      toProtoOrUnspecified(common.SourceProfile, source === 'UNKNOWN' ? null : source),
    ),
    maps: maps.map(({ spaces, llr, thresholds }) => ({
      spaces: [...spaces],
      minimumLlr: llr.min,
      maximumLlr: llr.max,
      thresholds: thresholds.map(({ targetFalseMatchRate, baseLlr, measured }) => ({
        targetFalseMatchRate,
        llr: baseLlr,
        measured: measured.map(({ comparisons, ...rate }) => ({ comparisons, rate })),
      })),
    })),
  };
}

export function writeAssignment(assignment: CalibrationAssignment): proto.CalibrationAssignment {
  const { source, version, calibration, createdAt, createdBy, createdByRole, reason } = assignment;
  return {
    source: toProtoOrUnspecified(common.SourceProfile, source === 'ANY' ? null : source),
    version,
    calibration: calibration ? writeReference(calibration) : undefined,
    createdAt,
    createdBy,
    createdByRole: toProto(common.Role, createdByRole),
    reason,
  };
}

export function writeInForce({ source, reference, fit }: CalibrationInForce): proto.CalibrationInForce {
  return {
    source: toProtoOrUnspecified(common.SourceProfile, source),
    calibration: writeReference(reference),
    fit: toProto(CalibrationFit, fit),
  };
}

export function writeCalibrationRow(row: LoggedComparison): proto.CalibrationRow {
  const { snrDb, embeddingLength, levelSpreadDb, bandContrastDb, slowDecayDb } = row.quality;
  return {
    score: row.score,
    secondScore: row.secondScore ?? undefined,
    netSpeechMs: Math.round(row.netSpeechMs),
    snrDb: snrDb ?? undefined,
    embeddingLength: embeddingLength ?? undefined,
    levelSpreadDb: levelSpreadDb ?? undefined,
    bandContrastDb: bandContrastDb ?? undefined,
    slowDecayDb: slowDecayDb ?? undefined,
    source: toProtoOrUnspecified(common.SourceProfile, row.source),
    outcome: toProto(Outcome, row.outcome),
    speaker: row.speaker,
  };
}

export function writeModels({ spaces, graphs }: ModelInformation): proto.GetModelsResponse {
  return {
    spaces: spaces.map(({ id, dimension, modelId, modelSha256 }) => ({
      id,
      dimension,
      model: { id: modelId, version: 0, sha256: modelSha256 },
    })),
    graphs: graphs.map(({ id, sha256, ...graph }) => ({ ...graph, model: { id, version: 0, sha256 } })),
  };
}
