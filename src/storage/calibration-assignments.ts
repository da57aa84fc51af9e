import type { AssignedSource, CalibrationAssignment } from '../domain/calibration.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { Principal, Role } from '../domain/principal.js';
import { actorOf } from './actors.js';
import type { Transaction } from './transaction.js';

interface Row {
  readonly source: AssignedSource;
  readonly version: number;
  readonly id: string | null;
  readonly calibrationVersion: number;
  readonly sha256: string;
  readonly reason: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly createdByRole: Role;
}

const COLUMNS = `source, version, calibration_id AS id, calibration_version AS "calibrationVersion",
  calibration_sha256 AS sha256, reason, created_at AS "createdAt",
  (SELECT actor_id FROM actors WHERE actor_ref = created_by_actor) AS "createdBy", created_by_role AS "createdByRole"`;

/** For each source that ever had one, what was assigned last. */
export async function currentAssignments(tx: Transaction): Promise<CalibrationAssignment[]> {
  const rows = await tx.query<Row>(
    `SELECT DISTINCT ON (source) ${COLUMNS} FROM calibration_assignments ORDER BY source, version DESC`,
  );
  return rows.map(assignmentOf);
}

/** All that was ever assigned, the latest first. */
export async function listAssignments(tx: Transaction, limit: number): Promise<CalibrationAssignment[]> {
  const rows = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM calibration_assignments ORDER BY created_at DESC, version DESC, source LIMIT $1`,
    [limit],
  );
  return rows.map(assignmentOf);
}

/** One version; null where there is none. */
export async function findAssignment(
  tx: Transaction,
  source: AssignedSource,
  version: number,
): Promise<CalibrationAssignment | null> {
  const [row] = await tx.query<Row>(
    `SELECT ${COLUMNS} FROM calibration_assignments WHERE source = $1 AND version = $2`,
    [source, version],
  );
  return row ? assignmentOf(row) : null;
}

/** Adds the next version for a source and returns its number. Two at once: the second gets CHANGED_MEANWHILE. */
export async function insertAssignment(
  tx: Transaction,
  principal: Principal,
  given: {
    readonly source: AssignedSource;
    /** Null: takes back. */
    readonly calibration: ArtefactReference | null;
    readonly reason: string;
    readonly createdAt: Date;
  },
): Promise<number> {
  const actor = await actorOf(tx, principal);
  const { source, calibration, reason, createdAt } = given;
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO calibration_assignments (source, version, calibration_id, calibration_version, calibration_sha256,
       reason, created_at, created_by_actor, created_by_role)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8
     FROM calibration_assignments WHERE source = $1 RETURNING version`,
    [
      source,
      calibration?.id ?? null,
      calibration?.version ?? null,
      calibration?.sha256 ?? null,
      reason,
      createdAt,
      actor.ref,
      actor.role,
    ],
  );
  return row?.version ?? 0;
}

function assignmentOf({ id, calibrationVersion, sha256, ...row }: Row): CalibrationAssignment {
  return { ...row, calibration: id === null ? null : { id, version: calibrationVersion, sha256 } };
}
