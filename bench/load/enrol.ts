import { TestTenant } from '../../test/helpers/caller.js';
import { clientsAt } from '../../test/helpers/clients.js';
import { VOICES } from '../audio.js';
import type { CallSource } from './live-load.js';

/** Enrols several speakers of each voice over the API: notice, consent, recording. Returns their ids. */
export async function enrolVoices(
  address: string,
  { tenantId, speakersAVoice }: CallSource,
): Promise<string[]> {
  const tenant = new TestTenant(clientsAt(address), tenantId);
  await tenant.publishNotice();
  const speakerIds: string[] = [];
  for (const voice of VOICES) {
    for (let i = 0; i < speakersAVoice; i++) {
      const speakerId = `${voice}-${i}`;
      await tenant.grant(speakerId);
      await tenant.enrolFrom(`${voice}/enrol.wav`, { speakerId });
      speakerIds.push(speakerId);
    }
  }
  return speakerIds;
}
