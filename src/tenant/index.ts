/** The organisations that control the data: their keys and policies. */
export { DEFAULT_POLICY } from './default-policy.js';
export { DEFAULT_POLICY_ID, Policies, type VersionedPolicy } from './policies.js';
export { policySchema } from './policy-schema.js';
export { Tenants } from './tenants.js';
