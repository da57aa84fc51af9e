import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import { countAttempts, type Database } from '../storage/index.js';
import type { DossierTerms } from './ports.js';
import { sourceHashOf } from './source-hash.js';

/** Attempts are counted over this long, ms. */
const WINDOW_MS = 86_400_000;

/** Claims that are not accepted within a day before more are suspicious. */
export interface AttemptLimits {
  /** Of one speaker. */
  readonly ofSpeaker: number;
  /** From one origin of calls, of whomever. */
  readonly fromSource: number;
}

/**
 * Whether somebody is claimed again and again without success, or claims come again and again from where a call comes from:
 * whoever tries recordings or voices against one person, or one voice against many, needs many tries. It raises the risk that
 * decisions state, and exact scores are no longer told; it never refuses the person whose voice it is.
 */
export class Attempts {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly limits: AttemptLimits,
  ) {}

  /** Costs the same for ids that are nobody's. The call that asks counts for nothing. */
  async suspected(
    tenantId: string,
    speakerId: string,
    { callId = '', sourceId = '' }: Pick<DossierTerms, 'callId' | 'sourceId'>,
  ): Promise<boolean> {
    const { ofSpeaker, fromSource } = this.limits;
    const claimedHash = await this.keyring.keyedHash(tenantId, 'speaker-id', speakerId);
    const sourceHash = await sourceHashOf(this.keyring, tenantId, sourceId);
    const since = new Date(this.clock.now().getTime() - WINDOW_MS);
    const count = await this.database.tenant(tenantId, (tx) =>
      countAttempts(tx, {
        claimedHash,
        sourceHash,
        callId,
        since,
        most: Math.max(ofSpeaker, fromSource) + 1,
      }),
    );
    return count.ofSpeaker > ofSpeaker || count.fromSource > fromSource;
  }
}
