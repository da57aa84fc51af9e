import type { Role } from '../shell/session.js';

/** Who may do what with people's data, as the service has it (docs/access.md); the service decides for itself. */
export const OFFICERS: readonly Role[] = ['PRIVACY_OFFICER', 'ADMINISTRATOR'];
export const OVERSEERS: readonly Role[] = [...OFFICERS, 'AUDITOR'];
export const APPROVERS: readonly Role[] = ['SUPERVISOR', ...OFFICERS];
export const STAFF: readonly Role[] = ['AGENT', ...APPROVERS];
export const ENROLLERS: readonly Role[] = ['AGENT', 'SUPERVISOR', 'ADMINISTRATOR'];
