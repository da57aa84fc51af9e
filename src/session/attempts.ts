import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import { countAttempts, type Database } from '../storage/index.js';

/** Attempts are counted over this long, ms. */
const WINDOW_MS = 86_400_000;

/**
 * Whether a speaker is claimed again and again without success: whoever tries recordings or voices against one person
 * needs many tries. It raises the risk that decisions state, and exact scores are no longer told; it never refuses the
 * person whose voice it is.
 */
export class Attempts {
  /** @param maximum - calls in a day that claimed a speaker and did not accept the claim; more are suspicious */
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly maximum: number,
  ) {}

  /**
   * Costs the same for ids that are nobody's.
   *
   * @param callId - the call that asks is none of them; empty where it is not known
   */
  async suspected(tenantId: string, speakerId: string, callId: string): Promise<boolean> {
    const claimedHash = await this.keyring.keyedHash(tenantId, 'speaker-id', speakerId);
    const since = new Date(this.clock.now().getTime() - WINDOW_MS);
    const most = this.maximum + 1;
    const count = await this.database.tenant(tenantId, (tx) =>
      countAttempts(tx, claimedHash, since, most, callId),
    );
    return count > this.maximum;
  }
}
