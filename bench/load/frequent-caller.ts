import { MOST_KEPT_CALLS } from '../../src/enrolment/index.js';
import type { SpeechModels } from '../../src/embedding/index.js';
import { packFingerprint } from '../../src/replay/index.js';
import { hear, saidIn } from '../audio.js';

/** Speech that nobody says in a call of the bench: none of it is a copy. Half a minute longer than what is kept needs, said twice. */
const SAID_BEFORE = [
  'allison_en/enrol.wav',
  'june_fr/enrol.wav',
  'carlo_it/enrol.wav',
  'ivrvoice_ru/enrol.wav',
  'armelle_fr/enrol.wav',
  'paola_it/enrol.wav',
  'reader_en/enrol.wav',
  'allison_es/call-1.wav',
] as const;
/** Windows of the minute of speech that is kept of a call. */
const MINUTE_WINDOWS = 20;

/**
 * What the service keeps of somebody who calls often, before it is sealed: as many fingerprints as it ever does, of a minute
 * of speech each. They begin a window apart, since nothing that they are held against tells them from calls of other speech.
 */
export async function fingerprintsOfCalls(models: SpeechModels): Promise<Buffer[]> {
  const said = Buffer.concat([...SAID_BEFORE, ...SAID_BEFORE].map(saidIn));
  const [heard] = await hear(models, [said]);
  const fingerprints = heard!.windows.map(({ fingerprint }) => fingerprint);
  return Array.from({ length: MOST_KEPT_CALLS }, (_, call) =>
    packFingerprint(fingerprints.slice(call, call + MINUTE_WINDOWS)),
  );
}
