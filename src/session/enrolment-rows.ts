import { requireGrant, type ConsentGate, type Grant } from '../consent/index.js';
import type { ManifestEntry, RowProblem } from '../domain/enrolment-job.js';
import type { SpeechExtractor } from '../embedding/index.js';
import {
  consentBegan,
  LABEL_EXISTS,
  type BegunJobRow,
  type EnrolmentRequest,
  type JobRows,
} from '../enrolment/index.js';
import { VouchError, type ErrorKind } from '../errors.js';
import type { Policies } from '../tenant/index.js';
import { enrolmentSpeech } from './enrolment-speech.js';
import type { CallCalibrations } from './call-calibrations.js';
import type { ImportFolder } from './import-folder.js';

export interface EnrolmentRowsParts {
  readonly rows: JobRows;
  readonly folder: ImportFolder;
  readonly gate: ConsentGate;
  readonly policies: Policies;
  readonly extractor: SpeechExtractor;
  readonly calibrations: Pick<CallCalibrations, 'forCall'>;
}

/**
 * As often a row is begun without coming to an end: one that takes its process down every time must not do so for ever.
 */
const MOST_ATTEMPTS = 5;

/** Failures that lie in the row, as against those that lie in the moment. */
const OF_THE_ROW: ReadonlySet<ErrorKind> = new Set([
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'RESOURCE_EXHAUSTED',
]);

/** Works on rows of batch jobs: what EnrolFromRecording does with a request, with the same checks. */
export class EnrolmentRows {
  readonly #parts: EnrolmentRowsParts;

  constructor(parts: EnrolmentRowsParts) {
    this.#parts = parts;
  }

  /**
   * Brings a row that was begun to its result.
   *
   * @throws what lies in the moment and not in the row: then it has no result yet, and is to be begun again
   */
  async work(begun: BegunJobRow, signal: AbortSignal): Promise<void> {
    const { rows } = this.#parts;
    if (begun.attempts > MOST_ATTEMPTS) {
      await rows.refuse(begun, 'FAILED', { reason: 'ROW_GIVEN_UP', field: '' });
      return;
    }
    try {
      await this.#enrol(begun, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = problemOf(error, begun.attempts);
      if (problem === null) throw error;
      await rows.refuse(begun, 'FAILED', problem);
    }
  }

  async #enrol(begun: BegunJobRow, signal: AbortSignal): Promise<void> {
    const { rows, folder, policies, extractor, calibrations } = this.#parts;
    const { entry, principal, terms } = begun;
    // An erased speaker has no consent any more.
    if (entry?.recordedAt == null) throw new VouchError('CONSENT_MISSING', { field: 'speaker' });
    const { recordedAt } = entry;
    const grant = await this.#grant(begun, entry, recordedAt);
    if (entry.proofing === null) throw new VouchError('PROOFING_REQUIRED', { field: 'proofing_method' });
    if (terms.existing === 'SKIP' && (await rows.hasLabel(grant, entry.label))) {
      await rows.refuse(begun, 'SKIPPED', LABEL_EXISTS);
      return;
    }
    const { policy } = await policies.current(principal.tenantId);
    const bytes = await folder.read(principal.tenantId, entry.file);
    const { channel } = entry;
    const input = channel === null ? { bytes } : { bytes, callerChannel: channel };
    const { windows, codec } = await extractor.analyseRecording(input, signal);
    const { calibration } = await calibrations.forCall(principal.tenantId, null);
    const { targetFalseMatchRate } = policy;
    const alike = { calibration, targetFalseMatchRate };
    const speech = enrolmentSpeech(windows, extractor.spaces, recordedAt, codec, alike);
    await rows.enrol(begun, grant, requestOf(begun, entry), speech, policy.enrolment);
  }

  /** The ground that a row stands on: a grant in force, the very one that the row means, given before the recording. */
  async #grant(begun: BegunJobRow, entry: ManifestEntry, recordedAt: Date): Promise<Grant> {
    const { gate } = this.#parts;
    const opened = await gate.openClaim(begun.principal.tenantId, entry.speakerId, 'VERIFY');
    const grant = requireGrant(opened, 'speaker');
    if (!(await gate.restsOn(grant, entry.consentReference))) {
      throw new VouchError('CONSENT_REFERENCE_MISMATCH', { field: 'consent_reference' });
    }
    if (recordedAt < consentBegan(grant, begun.terms)) {
      throw new VouchError('CONSENT_MISSING', { field: 'recorded_at' });
    }
    return grant;
  }
}

function requestOf({ terms, onBehalfOf }: BegunJobRow, entry: ManifestEntry): EnrolmentRequest {
  return {
    speakerId: entry.speakerId,
    label: entry.label,
    source: 'RECORDING',
    callId: '',
    recording: null,
    recordedBeforeEntry: terms.recordedBeforeEntry,
    proofing: entry.proofing,
    onBehalfOf,
    // A row is done once by its own means.
    idempotencyKey: '',
  };
}

/** What of a failure becomes the row's result; null where it is to be tried again. */
function problemOf(error: unknown, attempts: number): RowProblem | null {
  const known = error instanceof VouchError ? error : new VouchError('INTERNAL');
  if (!OF_THE_ROW.has(known.kind) && attempts < MOST_ATTEMPTS) return null;
  const field = known.field === 'callerChannel' ? 'channel' : (known.field ?? '');
  return { reason: known.reason, field };
}
