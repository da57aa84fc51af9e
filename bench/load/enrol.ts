import { TestTenant } from '../../test/helpers/caller.js';
import { clientsAt } from '../../test/helpers/clients.js';
import { VOICES } from '../audio.js';
import type { CallSource } from './live-load.js';

/** Enrols several speakers of each voice over the API: notice, consent, recording. Returns how many. */
export async function enrolVoices(
  address: string,
  { tenantId, speakersAVoice }: CallSource,
): Promise<number> {
  const tenant = new TestTenant(clientsAt(address), tenantId);
  await tenant.publishNotice();
  for (const voice of VOICES) {
    for (let i = 0; i < speakersAVoice; i++) {
      await tenant.grant(`${voice}-${i}`);
      await tenant.enrolFrom(`${voice}/enrol.wav`, { speakerId: `${voice}-${i}` });
    }
  }
  return VOICES.length * speakersAVoice;
}
