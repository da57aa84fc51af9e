import { ApiError } from '../../shared/api-error.js';
import { createApi, type Api } from '../../shared/api.js';
import {
  forgetIdentity,
  identityHeaders,
  saveIdentity,
  savedIdentity,
  type Identity,
} from '../../shared/sign-in.js';

export type Role = 'TELEPHONY' | 'AGENT' | 'SUPERVISOR' | 'PRIVACY_OFFICER' | 'ADMINISTRATOR' | 'AUDITOR';

export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  TELEPHONY: 'Telephony platform',
  AGENT: 'Agent',
  SUPERVISOR: 'Supervisor',
  PRIVACY_OFFICER: 'Privacy officer',
  ADMINISTRATOR: 'Administrator',
  AUDITOR: 'Auditor',
};

/** Who the service says that we are. */
export interface Who {
  readonly tenantId: string;
  readonly roles: readonly Role[];
  readonly actorId: string;
  /** Whether the service believes whatever it is told: it runs without authentication, on this machine only. */
  readonly development: boolean;
}

/** Whoever signed in, and their way to the service. */
export class Session {
  readonly api: Api = createApi({ headers: () => identityHeaders(savedIdentity()) });
  who: Who | null = null;

  /** Whether one of our roles is among these. Only what is shown hangs on it: the service decides for itself. */
  may(...roles: readonly Role[]): boolean {
    return this.who?.roles.some((role) => roles.includes(role)) ?? false;
  }

  /** Asks the service who we are. Throws ApiError. */
  async resume(): Promise<Who> {
    return (this.who = await whoIs(this.api));
  }

  /** Signs in for this tab. Throws ApiError, and then nobody is signed in. */
  async signIn(identity: Identity): Promise<void> {
    saveIdentity(identity);
    try {
      await this.resume();
    } catch (error) {
      this.signOut();
      throw error;
    }
  }

  /** For whoever signs in next. This one stays as it is, for the page that is kept until then. */
  next(): Session {
    forgetIdentity();
    return new Session();
  }

  signOut(): void {
    this.who = null;
    forgetIdentity();
  }
}

/** Whether the service runs without authentication, so that one may say who one is. Throws ApiError. */
export async function isDevelopment(): Promise<boolean> {
  const api = createApi({ headers: () => ({ 'vouch-role': 'AGENT' }) });
  try {
    return (await whoIs(api)).development;
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason === 'CONNECTION_LOST') throw error;
    // It believed the role: only the development tenant was never made.
    return error.reason === 'TENANT_NOT_FOUND';
  }
}

async function whoIs(api: Api): Promise<Who> {
  const { tenantId = '', roles = [], actorId = '', authentication } = await api.admin.getPrincipal({});
  return {
    tenantId,
    roles: roles.map((role) => role.replace(/^ROLE_/, '') as Role),
    actorId,
    development: authentication === 'AUTHENTICATION_DEVELOPMENT',
  };
}
