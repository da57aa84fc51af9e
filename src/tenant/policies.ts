import { appendEntry } from '../audit/index.js';
import { canonicalJson, requestDigest, sha256, type JsonValue, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { ArtefactReference } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  findPolicy,
  findPolicyVersion,
  insertPolicy,
  once,
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
    const id = policyId === '' ? DEFAULT_POLICY_ID : policyId;
    return this.#read(await this.database.tenant(tenantId, (tx) => findPolicy(tx, id)));
  }

  /** The version of a policy that a call began with. Throws as current. */
  async at(tenantId: string, policyId: string, version: number): Promise<VersionedPolicy> {
    return this.#read(await this.database.tenant(tenantId, (tx) => findPolicyVersion(tx, policyId, version)));
  }

  #read(row: PolicyRow | null): VersionedPolicy {
    if (row === null) throw new VouchError('POLICY_NOT_FOUND');
    const parsed = policySchema.safeParse(row.body);
    if (!parsed.success)
      throw new VouchError('INTERNAL', { message: 'A stored policy has an unknown form.' });
    return { policy: parsed.data, reference: { id: row.policyId, version: row.version, sha256: row.sha256 } };
  }

  /**
   * Adds a version of a policy. Calls that are live keep the version that they began with.
   *
   * @throws FIELD_INVALID for a value outside its range
   */
  async put(
    principal: Principal,
    policyId: string,
    policy: Policy,
    idempotencyKey: string,
  ): Promise<ArtefactReference> {
    const id = policyId === '' ? DEFAULT_POLICY_ID : policyId;
    const { tenantId } = principal;
    const method = 'PutPolicy';
    const digest = await requestDigest(this.keyring, tenantId, method, { id, policy: toJson(policy) });
    return this.database.tenant(tenantId, (tx) =>
      once(tx, { method, key: idempotencyKey, digest }, () =>
        storePolicy(tx, principal, id, policy, this.clock.now()),
      ),
    );
  }
}

/** Adds a version of a policy within a transaction. Throws FIELD_INVALID. */
export async function storePolicy(
  tx: Transaction,
  principal: Principal,
  policyId: string,
  policy: Policy,
  now: Date,
): Promise<ArtefactReference> {
  const parsed = policySchema.safeParse(policy);
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new VouchError('FIELD_INVALID', { field: `policy.${path}` });
  }
  const json = canonicalJson(toJson(parsed.data));
  const hash = sha256(json).toString('hex');
  const version = await insertPolicy(tx, principal, { policyId, json, sha256: hash, createdAt: now });
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
