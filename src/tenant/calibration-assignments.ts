import { appendEntry } from '../audit/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { AssignedSource, CalibrationAssignment } from '../domain/calibration.js';
import type { Clock } from '../domain/clock.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  currentAssignments,
  findAssignment,
  insertAssignment,
  listAssignments,
  listTenants,
  once,
  type Database,
} from '../storage/index.js';

/** What is asked to be assigned. */
export interface AssignmentRequest {
  readonly source: AssignedSource;
  /** Empty: takes back what is assigned. */
  readonly calibrationId: string;
  /** 0: the latest. */
  readonly calibrationVersion: number;
  /** Why, at most 1000 bytes; may be empty. */
  readonly reason: string;
}

/** How much of the history is told. */
const MOST_HISTORY = 1000;

/** Which calibrations the tenants have assigned to their calls. Knows references, no calibrations. */
export class CalibrationAssignments {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** What is assigned now, by source; what was taken back is not there. */
  async current(tenantId: string): Promise<ReadonlyMap<AssignedSource, ArtefactReference>> {
    const rows = await this.database.tenant(tenantId, currentAssignments);
    return new Map(rows.flatMap(({ source, calibration }) => (calibration ? [[source, calibration]] : [])));
  }

  /** All that was ever assigned, the latest first, as far as 1000 go. */
  async history(tenantId: string): Promise<readonly CalibrationAssignment[]> {
    return this.database.tenant(tenantId, (tx) => listAssignments(tx, MOST_HISTORY));
  }

  /** What any tenant has assigned now. */
  async ofAllTenants(): Promise<
    readonly { readonly tenantId: string; readonly calibration: ArtefactReference }[]
  > {
    const all = [];
    for (const tenantId of await this.database.system(listTenants)) {
      for (const calibration of (await this.current(tenantId)).values()) all.push({ tenantId, calibration });
    }
    return all;
  }

  /**
   * Assigns a calibration, or takes back what is assigned. Calls that are live keep the one that they began with.
   *
   * @param calibration - what the request means; null where it takes back
   * @throws IDEMPOTENCY_KEY_REUSED
   */
  async put(
    principal: Principal,
    request: AssignmentRequest,
    calibration: () => ArtefactReference | null,
    idempotencyKey: string,
  ): Promise<CalibrationAssignment> {
    const { source, reason } = request;
    const method = 'AssignCalibration';
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { ...request });
    return this.database.tenant(principal.tenantId, async (tx) => {
      const { version } = await once(tx, { method, key: idempotencyKey, digest }, async () => {
        const now = this.clock.now();
        const assigned = calibration();
        const made = { source, calibration: assigned, reason, createdAt: now };
        const stored = { version: await insertAssignment(tx, principal, made) };
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'CALIBRATION_ASSIGNED',
          subjectRef: null,
          recordedAt: now,
          body: { source, ...stored, calibration: assigned && { ...assigned } },
        });
        return stored;
      });
      const found = await findAssignment(tx, source, version);
      if (found === null) throw new VouchError('INTERNAL', { message: 'An assignment was not kept.' });
      return found;
    });
  }
}
