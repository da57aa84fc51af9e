/** Who a caller may be. */
export type Role = 'TELEPHONY' | 'AGENT' | 'SUPERVISOR' | 'PRIVACY_OFFICER' | 'ADMINISTRATOR' | 'AUDITOR';

/** On whose authority something is done. Comes with every request, through authentication, never in the message. */
export interface Principal {
  readonly tenantId: string;
  readonly role: Role;
  /** The acting person or system at the controller: at most 256 bytes. Never in logs. */
  readonly actorId: string;
}
