import { appendEntry } from '../audit/index.js';
import { canonicalJson, requestDigest, sha256, type JsonValue, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  findPolicy,
  findPolicyVersion,
  insertPolicy,
  listPolicies,
  once,
  type PolicyPosition,
  type PolicyRow,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { policySchema } from './policy-schema.js';

/** The policy that counts where a request names none. */
export const DEFAULT_POLICY_ID = 'default';

/** A policy with the version and hash that decisions refer to. */
export interface VersionedPolicy {
  readonly policy: Policy;
  readonly reference: ArtefactReference;
}

/** A version of a policy as it was made, with who made it, when and why. */
export interface PolicyVersion {
  readonly reference: ArtefactReference;
  /** Null where another release wrote it in a form that this one does not know. */
  readonly policy: Policy | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly createdByRole: Role;
  /** As given; may be empty. */
  readonly reason: string;
}

/** Some of a list, and where it goes on. */
export interface PolicyPage {
  readonly versions: readonly PolicyVersion[];
  /** Empty after the last. */
  readonly nextPageToken: string;
}

/** The tenants' policies. */
export class Policies {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * The latest version of a policy.
   *
   * @param policyId - empty: the default one
   * @throws POLICY_NOT_FOUND; INTERNAL where the stored one has another form than this code knows
   */
  async current(tenantId: string, policyId = ''): Promise<VersionedPolicy> {
    return inForce(await this.find(tenantId, policyId, 0));
  }

  /** The version of a policy that a call began with. Throws as current. */
  async at(tenantId: string, policyId: string, version: number): Promise<VersionedPolicy> {
    return inForce(await this.find(tenantId, policyId, version));
  }

  /**
   * A version of a policy as it was made.
   *
   * @param policyId - empty: the default one
   * @param version - from 1; 0: the latest
   * @throws POLICY_NOT_FOUND
   */
  async find(tenantId: string, policyId: string, version: number): Promise<PolicyVersion> {
    const id = policyId === '' ? DEFAULT_POLICY_ID : policyId;
    const row = await this.database.tenant(tenantId, (tx) =>
      version === 0 ? findPolicy(tx, id) : findPolicyVersion(tx, id, version),
    );
    if (row === null) throw new VouchError('POLICY_NOT_FOUND', { field: 'policy_id' });
    return read(row);
  }

  /**
   * A page of versions: by policy, the latest first.
   *
   * @param policyId - of this policy only; empty: of all
   * @param pageSize - 1 to 1000
   * @param pageToken - from the page before; empty: the first
   * @throws FIELD_INVALID for a token that no page gave
   */
  async list(tenantId: string, policyId: string, pageSize: number, pageToken: string): Promise<PolicyPage> {
    const after = pageToken === '' ? null : positionOf(pageToken);
    const rows = await this.database.tenant(tenantId, (tx) =>
      listPolicies(tx, policyId, after, pageSize + 1),
    );
    const page = rows.slice(0, pageSize);
    const last = page.at(-1);
    return {
      versions: page.map(read),
      nextPageToken: rows.length > pageSize && last ? tokenOf(last) : '',
    };
  }

  /**
   * Adds a version of a policy. Calls that are live keep the version that they began with.
   *
   * @param reason - why, at most 1000 bytes; may be empty
   * @throws FIELD_INVALID for a value outside its range, IDEMPOTENCY_KEY_REUSED
   */
  async put(
    principal: Principal,
    policyId: string,
    policy: Policy,
    reason: string,
    idempotencyKey: string,
  ): Promise<ArtefactReference> {
    const id = policyId === '' ? DEFAULT_POLICY_ID : policyId;
    const { tenantId } = principal;
    const method = 'PutPolicy';
    const request = { id, policy: toJson(policy), reason };
    const digest = await requestDigest(this.keyring, tenantId, method, request);
    return this.database.tenant(tenantId, (tx) =>
      once(tx, { method, key: idempotencyKey, digest }, () =>
        storePolicy(tx, principal, id, policy, reason, this.clock.now()),
      ),
    );
  }
}

function read({ policyId, version, sha256: hash, body, ...made }: PolicyRow): PolicyVersion {
  const parsed = policySchema.safeParse(body);
  const { createdAt, createdBy, createdByRole, reason } = made;
  const reference = { id: policyId, version, sha256: hash };
  return { reference, policy: parsed.data ?? null, createdAt, createdBy, createdByRole, reason };
}

function inForce({ policy, reference }: PolicyVersion): VersionedPolicy {
  if (policy === null) throw new VouchError('INTERNAL', { message: 'A stored policy has an unknown form.' });
  return { policy, reference };
}

/** Callers pass tokens back and should see nothing to build on in them. */
function tokenOf({ policyId, version }: PolicyPosition): string {
  return Buffer.from(`${version} ${policyId}`).toString('base64url');
}

function positionOf(token: string): PolicyPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, version = '', policyId = ''] = /^(\d{1,9}) (.+)$/.exec(text) ?? [];
  const position = { policyId, version: Number(version) };
  if (tokenOf(position) !== token) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return position;
}

/** Adds a version of a policy within a transaction. Throws FIELD_INVALID. */
export async function storePolicy(
  tx: Transaction,
  principal: Principal,
  policyId: string,
  policy: Policy,
  reason: string,
  now: Date,
): Promise<ArtefactReference> {
  const parsed = policySchema.safeParse(policy);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // As the contract names it.
    const path = (issue?.path.join('.') ?? '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    throw new VouchError('FIELD_INVALID', {
      field: `policy.${path}`,
      message: `policy.${path}: ${issue?.message ?? 'not usable'}`,
    });
  }
  const json = canonicalJson(toJson(parsed.data));
  const hash = sha256(json).toString('hex');
  const version = await insertPolicy(tx, principal, { policyId, json, sha256: hash, reason, createdAt: now });
  await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'POLICY_CHANGED',
    subjectRef: null,
    recordedAt: now,
    body: { policyId, version, sha256: hash },
  });
  return { id: policyId, version, sha256: hash };
}

/** An interface has no index signature, so its members are named to the compiler here. */
function toJson(policy: Policy): JsonValue {
  return { ...policy, enrolment: { ...policy.enrolment }, nextActions: { ...policy.nextActions } };
}
