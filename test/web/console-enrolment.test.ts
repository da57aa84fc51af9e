import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { EnrolmentJobState, VoiceprintSource } from '../../src/gen/vouch/v1/enrolment.js';
import { Imports, manifest } from '../helpers/batch.js';
import { browserOfFile } from '../helpers/browser.js';
import { answer, assertSound, openConsole, settled, waitForWords } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';

const fixture = (path: string) => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));

const imports = new Imports();
const service = serviceOfFile({ VOUCH_IMPORT_DIR: imports.directory });
const newPage = browserOfFile(fixture('allison_en/enrol.wav'));

test.after.always('remove the imports', () => imports.remove());

test.serial(
  'a file is uploaded and becomes a voiceprint; one that does not is refused in words',
  async (t) => {
    const tenant = await service().tenant();
    await tenant.grant('allison_en');
    await sleep(1100); // The page tells whole seconds.
    const page = await newPage({ timezoneId: 'UTC' });
    await openConsole(page, service(), tenant, '#/enrol?speaker=allison_en');
    const file = page.getByLabel('File', { exact: true });
    await file.setInputFiles(fixture('allison_en/call-1.wav'));
    await page.getByLabel('When the recording was begun').fill(new Date().toISOString().slice(0, 19));
    await page.getByLabel('Label').fill('mobile');
    await file.setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: Buffer.from('no audio') });
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByText('This is not audio of a known format.').waitFor();
    await assertSound(t, page, 'a recording that is none');
    await file.setInputFiles(fixture('allison_en/enrol.wav'));
    await page.getByRole('button', { name: 'Enrol', exact: true }).click();
    await page.getByRole('heading', { name: 'The voiceprint is made' }).waitFor();
    await page.getByText('18.0 s').waitFor();
    await assertSound(t, page, 'an enrolment');
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
    t.is(voiceprints.length, 1);
    t.like(voiceprints[0], { label: 'mobile', source: VoiceprintSource.RECORDING });
    await page.context().close();
  },
);

test.serial('a voice is recorded in the browser, with a meter, and becomes a voiceprint', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const page = await newPage({ timezoneId: 'UTC' });
  await openConsole(page, service(), tenant, '#/enrol?speaker=allison_en');
  await page.getByLabel('Record here').check();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByLabel('Level').waitFor();
  await assertSound(t, page, 'while recording');
  await page.getByText(': enough.').waitFor({ timeout: 60_000 });
  await sleep(3000);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByLabel('The recording', { exact: true }).waitFor();
  await assertSound(t, page, 'a recording');
  await page.getByRole('button', { name: 'Enrol', exact: true }).click();
  await page.getByRole('heading', { name: 'The voiceprint is made' }).waitFor();
  const [voiceprint] = (await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' })).voiceprints;
  t.true((voiceprint?.netSpeechMs ?? 0) >= 10_000, 'speech came through the microphone');
  await page.context().close();
});

test.serial('a batch runs, row by row with reasons, and is reported', async (t) => {
  const tenant = await service().tenant();
  await imports.copy(tenant.tenantId, ['allison_en/enrol.wav']);
  const { eventId } = await tenant.grant('allison_en');
  const rows = [
    { file: 'allison_en/enrol.wav', speaker: 'allison_en', consent_reference: eventId },
    { file: 'none.wav', speaker: 'allison_en', consent_reference: eventId, label: 'mobile' },
    { file: 'allison_en/enrol.wav', speaker: '=nobody()', consent_reference: eventId },
  ];
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/batches');
  await assertSound(t, page, 'batches');
  await page
    .getByLabel('Manifest')
    .setInputFiles({ name: 'm.csv', mimeType: 'text/csv', buffer: manifest(rows) });
  await page.getByRole('button', { name: 'Start the job' }).click();
  await page.getByText('3 of 3 rows have their result').waitFor({ timeout: 60_000 });
  await page.getByText('There is no such recording in the folder of imports.').waitFor();
  await page.getByText('There is no consent in force for this.').waitFor();
  await settled(page);
  await assertSound(t, page, 'a batch');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the report' }).click(),
  ]);
  const report = await readFile(await download.path(), 'utf8');
  t.is(report.trim().split('\r\n').length, 4);
  t.true(report.includes("'=nobody()"), 'no formula for a spreadsheet');
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
  t.is(voiceprints.length, 1);
  await page.context().close();
});

test.serial('a batch is cancelled, and listed in any browser', async (t) => {
  const tenant = await service().tenant();
  await imports.copy(tenant.tenantId, ['allison_en/enrol.wav']);
  const { eventId } = await tenant.grant('allison_en');
  const rows = Array.from({ length: 40 }, (_, at) => ({
    file: 'allison_en/enrol.wav',
    speaker: 'allison_en',
    consent_reference: eventId,
    label: `label-${at}`,
  }));
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/batches');
  await page
    .getByLabel('Manifest')
    .setInputFiles({ name: 'm.csv', mimeType: 'text/csv', buffer: manifest(rows) });
  await page.getByRole('button', { name: 'Start the job' }).click();
  await page.getByRole('button', { name: 'Cancel the job…' }).click();
  await answer(page, 'Cancel the job');
  await waitForWords(page, 'The job is cancelled.');
  const jobId = decodeURIComponent(page.url().split('/').at(-1) ?? '');
  const { job } = await tenant.enrolment.getEnrolmentJob({ jobId });
  t.is(job?.state, EnrolmentJobState.CANCELLED);
  await page.context().close();
  const another = await newPage();
  await openConsole(another, service(), tenant, '#/batches');
  await another.getByText('Cancelled').waitFor();
  await another.context().close();
});
