/** Who a caller may be. */
export type Role = 'TELEPHONY' | 'AGENT' | 'SUPERVISOR' | 'PRIVACY_OFFICER' | 'ADMINISTRATOR' | 'AUDITOR';

/** On whose authority something is done. Comes with every request, through authentication, never in the message. */
export interface Principal {
  readonly tenantId: string;
  /** The one of the caller's roles in which this is done: rows and events name it. */
  readonly role: Role;
  /** The acting person or system at the controller: at most 256 bytes. Never in logs. */
  readonly actorId: string;
}

/** How a caller proved who they are; DEVELOPMENT: not at all, over the loopback. */
export type Authentication = 'DEVELOPMENT' | 'API_KEY' | 'TOKEN' | 'CERTIFICATE';

/** Whoever sends requests, with all that they may be. */
export interface Caller {
  readonly tenantId: string;
  /** At least one. */
  readonly roles: readonly Role[];
  readonly actorId: string;
  readonly authentication: Authentication;
}
