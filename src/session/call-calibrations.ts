import type {
  CalibrationAssignment,
  CalibrationInForce,
  CalibrationInformation,
  OperatingCurves,
} from '../domain/calibration.js';
import type { SourceProfile } from '../domain/call.js';
import type { ArtefactReference, CalibrationFit } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { Calibration, CalibrationLibrary } from '../scoring/index.js';
import type { AssignmentRequest, CalibrationAssignments } from '../tenant/index.js';

/** What a call is judged by. */
export interface CallCalibration {
  readonly calibration: Calibration;
  readonly fit: CalibrationFit;
}

/** Calls of every kind that there is. */
const SOURCES: readonly (SourceProfile | null)[] = [null, 'LANDLINE', 'MOBILE', 'VOIP'];

/**
 * Which calibration counts for a call: the one that its tenant assigned to its source, else the one for all the tenant's
 * calls, else the configured one.
 */
export class CallCalibrations {
  constructor(
    private readonly library: CalibrationLibrary,
    private readonly assignments: CalibrationAssignments,
  ) {}

  /**
   * Checks that every calibration that a tenant has assigned can be used. For the start of the service.
   *
   * @throws CALIBRATION_INVALID
   */
  async verify(): Promise<void> {
    for (const { tenantId, calibration } of await this.assignments.ofAllTenants()) {
      try {
        this.library.exactly(calibration);
      } catch (error) {
        if (!(error instanceof VouchError)) throw error;
        const { reason, message, metadata } = error;
        throw new VouchError(reason, {
          message: `${message} A tenant has it assigned to its calls.`,
          metadata: { ...metadata, tenant: tenantId },
        });
      }
    }
  }

  /**
   * The calibration for a call.
   *
   * @param source null: the call does not say
   * @throws CALIBRATION_INVALID where this process does not have the assigned one, DATABASE_UNAVAILABLE
   */
  async forCall(tenantId: string, source: SourceProfile | null): Promise<CallCalibration> {
    return this.#choose(await this.assignments.current(tenantId), source);
  }

  /** The calibration for each kind of call of a tenant, and all that was ever assigned. Throws as forCall. */
  async standing(tenantId: string): Promise<{
    readonly inForce: readonly CalibrationInForce[];
    readonly history: readonly CalibrationAssignment[];
  }> {
    const assigned = await this.assignments.current(tenantId);
    const inForce = SOURCES.map((source) => {
      const { calibration, fit } = this.#choose(assigned, source);
      return { source, reference: calibration.reference, fit };
    });
    return { inForce, history: await this.assignments.history(tenantId) };
  }

  /** Assigns a calibration. Throws CALIBRATION_NOT_FOUND, IDEMPOTENCY_KEY_REUSED. */
  async assign(
    principal: Principal,
    request: AssignmentRequest,
    idempotencyKey: string,
  ): Promise<CalibrationAssignment> {
    return this.assignments.put(principal, request, () => this.#meant(request), idempotencyKey);
  }

  /** All that this process can use. */
  list(): readonly CalibrationInformation[] {
    return this.library.usable.map((calibration) => ({
      reference: calibration.reference,
      shipped: calibration.shipped,
      warning: calibration.warning,
      sources: calibration.sources,
      configured: calibration === this.library.configured,
      maps: calibration.maps.map((map) => map.information),
    }));
  }

  /**
   * What thresholds of a calibration mean; no curves where nothing was measured with it.
   *
   * @param id - empty: the configured one
   * @param version - from 1; 0: the latest
   * @throws CALIBRATION_NOT_FOUND
   */
  curves(id: string, version: number): OperatingCurves {
    const { configured } = this.library;
    const found =
      id === '' ? configured : version === 0 ? this.library.latest(id) : this.library.version(id, version);
    if (found === undefined) throw new VouchError('CALIBRATION_NOT_FOUND', { field: 'calibration_id' });
    const nothing = { calibration: found.reference, measuredOn: '', caveat: found.warning, curves: [] };
    return this.library.curvesOf(found) ?? nothing;
  }

  #meant({ calibrationId: id, calibrationVersion: version }: AssignmentRequest): ArtefactReference | null {
    if (id === '') return null;
    const found = version === 0 ? this.library.latest(id) : this.library.version(id, version);
    if (found === undefined) throw new VouchError('CALIBRATION_NOT_FOUND', { field: 'calibration_id' });
    return found.reference;
  }

  #choose(
    assigned: Awaited<ReturnType<CalibrationAssignments['current']>>,
    source: SourceProfile | null,
  ): CallCalibration {
    const reference = (source && assigned.get(source)) ?? assigned.get('ANY');
    const calibration = reference ? this.library.exactly(reference) : this.library.configured;
    return { calibration, fit: fitOf(calibration, source) };
  }
}

/** Whether a calibration was fitted to calls from this source. Where its file does not say, the operator's word counts. */
function fitOf({ shipped, sources }: Calibration, source: SourceProfile | null): CalibrationFit {
  if (shipped) return 'SHIPPED';
  return sources === null || sources.includes(source ?? 'UNKNOWN') ? 'FITTED' : 'OTHER_SOURCE';
}
