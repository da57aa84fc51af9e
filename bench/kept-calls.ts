import { ConsentGate } from '../src/consent/index.js';
import { openKeyring } from '../src/crypto/index.js';
import { ReplayFingerprints } from '../src/enrolment/index.js';
import { Database } from '../src/storage/index.js';

/** Made tomorrow: so these stay the newest, and no call of the bench, all of which say the same, is held against another. */
const TOMORROW = { now: () => new Date(Date.now() + 86_400_000) };

/** Speakers, and what is kept of the calls of each, not sealed yet. */
export interface KeptCalls {
  readonly tenantId: string;
  readonly speakerIds: readonly string[];
  readonly fingerprints: readonly Buffer[];
}

/** Keeps fingerprints of calls, as the service does of calls that were accepted. */
export async function keepCalls(
  { url, keyringFile }: { readonly url: string; readonly keyringFile: string },
  { tenantId, speakerIds, fingerprints }: KeptCalls,
): Promise<void> {
  const database = await Database.connect({ url, poolSize: 4 });
  try {
    const keyring = await openKeyring({ from: 'file', path: keyringFile });
    const gate = new ConsentGate(database, keyring, TOMORROW);
    const kept = new ReplayFingerprints(database, keyring, gate, TOMORROW);
    const ofSpeaker = async (speakerId: string): Promise<void> => {
      const { grant } = await gate.openClaim(tenantId, speakerId, 'VERIFY');
      if (!grant) throw new Error(`${speakerId} is not enrolled.`);
      for (const [call, fingerprint] of fingerprints.entries()) {
        await kept.keep(grant, `before-${call}`, 1, fingerprint);
      }
    };
    await Promise.all(speakerIds.map(ofSpeaker));
  } finally {
    await database.close();
  }
}
