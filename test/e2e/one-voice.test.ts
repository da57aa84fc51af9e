import test from 'ava';
import { serviceOfFile } from '../helpers/ground.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();

const ONE_VOICE = [
  ...['allison_en/enrol.wav', 'allison_es/call-1.wav', 'armelle_fr/enrol.wav', 'carlo_it/enrol.wav'],
  ...['ivrvoice_ru/enrol.wav', 'june_fr/enrol.wav', 'paola_it/enrol.wav', 'reader_en/enrol.wav'],
  ...['edge/mulaw.wav', 'edge/opus.ogg', 'edge/wideband-16k.wav'],
];

test('a recording of two people makes no voiceprint', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const refused = tenant.enrolFrom('edge/mixed-speakers.wav', { speakerId: 'allison_en' });
  t.is((await failure(refused)).reason, 'SPEECH_INCONSISTENT');
});

test('every recording of one person does', async (t) => {
  const tenant = await service().tenant();
  for (const [index, path] of ONE_VOICE.entries()) {
    const speakerId = `speaker-${index}`;
    await tenant.grant(speakerId);
    const { consistency } = await tenant.enrolFrom(path, { speakerId });
    t.true(consistency > 0.75, `${path}: ${consistency}`);
    t.log(path, consistency.toFixed(3));
  }
});
