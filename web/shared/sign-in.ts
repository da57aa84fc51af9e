/** Who asks, as this browser tab knows it. A token is kept for the tab alone, and never in a cookie. */
export interface Identity {
  /** An API key or a JWT; empty: the service authenticates nobody, and the fields below say who asks. */
  readonly token: string;
  readonly tenant: string;
  readonly role: string;
  readonly actor: string;
}

const KEY = 'vouch.identity';
const NOBODY: Identity = { token: '', tenant: '', role: '', actor: '' };

/** What this tab was told before. */
export function savedIdentity(): Identity {
  try {
    return { ...NOBODY, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Identity>) };
  } catch {
    return NOBODY;
  }
}

/** For this tab, until it is closed. */
export function saveIdentity(identity: Identity): void {
  sessionStorage.setItem(KEY, JSON.stringify(identity));
}

export function forgetIdentity(): void {
  sessionStorage.removeItem(KEY);
}

/** The headers that say so. */
export function identityHeaders({ token, tenant, role, actor }: Identity): Record<string, string> {
  if (token !== '') return { authorization: `Bearer ${token}` };
  return {
    ...(tenant === '' ? {} : { 'vouch-tenant': tenant }),
    ...(role === '' ? {} : { 'vouch-role': role }),
    ...(actor === '' ? {} : { 'vouch-actor': actor }),
  };
}
