import { VouchError } from '../errors.js';
import type { Load } from './load.js';

/** After how long a call that was refused for lack of room may be tried again, ms; up to twice that, so that not all come at once. */
const RETRY_AFTER_MS = 2000;

export interface AdmissionLimits {
  /** Live calls of this process at most. */
  readonly maximumCalls: number;
  /** Of each tenant's, at most. */
  readonly maximumCallsPerTenant: number;
}

/** Decides which calls may begin here: by their number, their tenant's share, and how busy the process is found to be. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #load: Load;
  /** The tenants of calls that are being opened. */
  readonly #opening: string[] = [];

  constructor(limits: AdmissionLimits, load: Load) {
    this.#limits = limits;
    this.#load = load;
  }

  /**
   * Lets a call in, or not; `opened` is to be called once it is live, or was not opened after all.
   *
   * @param live the tenants of the calls that are live
   * @param isNew false for one that goes on here from another process: it is not turned away for how busy this one is
   * @throws TOO_MANY_CALLS, TENANT_QUOTA_REACHED, OVERLOADED
   */
  open(tenantId: string, live: readonly string[], isNew: boolean): void {
    const { maximumCalls, maximumCallsPerTenant } = this.#limits;
    const all = [...live, ...this.#opening];
    if (all.length >= maximumCalls) throw refused('TOO_MANY_CALLS');
    const ofTenant = all.filter((each) => each === tenantId).length;
    if (ofTenant >= maximumCallsPerTenant) throw refused('TENANT_QUOTA_REACHED');
    if (isNew && this.#load.isFull) throw refused('OVERLOADED');
    this.#opening.push(tenantId);
  }

  opened(tenantId: string): void {
    this.#opening.splice(this.#opening.indexOf(tenantId), 1);
  }
}

function refused(reason: 'TOO_MANY_CALLS' | 'TENANT_QUOTA_REACHED' | 'OVERLOADED'): VouchError {
  return new VouchError(reason, { retryAfterMs: Math.round(RETRY_AFTER_MS * (1 + Math.random())) });
}
