/** The organisations that control the data: their keys and policies. */
export { CalibrationAssignments, type AssignmentRequest } from './calibration-assignments.js';
export { CalibrationRows } from './calibration-rows.js';
export { DEFAULT_POLICY } from './default-policy.js';
export { Policies, type PolicyVersion, type VersionedPolicy } from './policies.js';
export { RetentionPolicies } from './retention-policies.js';
export { retentionPolicy } from './retention-policy.js';
export { Tenants } from './tenants.js';
