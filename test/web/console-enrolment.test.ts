import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { EnrolmentJobState, VoiceprintSource, VoiceprintStatus } from '../../src/gen/vouch/v1/enrolment.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { Imports, manifest } from '../helpers/batch.js';
import { browserOfFile, WIDTHS } from '../helpers/browser.js';
import { noticeReference } from '../helpers/caller.js';
import {
  answer,
  assertFits,
  assertSound,
  focused,
  go,
  openConsole,
  settled,
  waitForWords,
} from '../helpers/console.js';
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
  const rows = Array.from({ length: 600 }, (_, at) => ({
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
  await page.getByText('of 600 rows have their result').waitFor();
  await assertPolite(t, page);
  const jobId = decodeURIComponent(page.url().split('/').at(-1) ?? '');
  const beside = await newPage();
  await openConsole(beside, service(), tenant, `#/batches/${jobId}`);
  await beside.getByRole('button', { name: 'Pause updates' }).focus();
  await page.getByRole('button', { name: 'Cancel the job…' }).click();
  await answer(page, 'Cancel the job');
  await waitForWords(page, 'The job is cancelled.');
  await beside.getByRole('button', { name: 'Nothing more is to come' }).waitFor();
  t.is(await focused(beside), 'BUTTON Nothing more is to come');
  await assertSound(t, beside, 'a batch that has ended');
  await beside.context().close();
  const { job } = await tenant.enrolment.getEnrolmentJob({ jobId });
  t.is(job?.state, EnrolmentJobState.CANCELLED);
  await page.context().close();
  const another = await newPage();
  await openConsole(another, service(), tenant, '#/batches');
  await another.getByText('Cancelled').waitFor();
  await another.context().close();
});

test.serial(
  'a live call is learnt from, decided as of now and paused; what was learnt is taken back',
  async (t) => {
    t.timeout(90_000);
    const enrolment = {
      ...DEFAULT_POLICY.enrolment,
      waitingPeriodMs: 0,
      adaptation: true,
      adaptationMarginLlr: 0,
    };
    const tenant = await service().tenant({ enrolment });
    const purposes = [Purpose.VERIFY, Purpose.ADAPT];
    await tenant.publishNotice({ noticeId: 'learning', purposes });
    await tenant.grant('allison_en', {
      purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
      notice: noticeReference('learning'),
    });
    await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'allison_en' });
    const call = tenant.open(['allison_en'], { callId: 'branch/1' });
    await call.speech('allison_en/call-1.wav');
    await call.heardUpTo(14_000);
    const page = await newPage();
    const signed = { tenantId: tenant.tenantId, role: 'SUPERVISOR' } as const;
    await openConsole(page, service(), signed, '#/calls/branch%2F1');
    await page.getByRole('button', { name: 'Learn from this call…' }).click();
    await answer(page, 'Learn');
    await page.getByRole('dialog').getByText('There is not enough speech.').waitFor();
    await call.speech('allison_en/call-2.wav');
    await call.heardUpTo(28_000);
    await answer(page, 'Learn');
    await waitForWords(page, 'The voiceprint learnt from this call.');

    await page.getByRole('button', { name: 'Decide as of now' }).click();
    await page.getByText('It replaces nothing').waitFor();
    await assertSound(t, page, 'a live call');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await assertFits(t, page, `a live call at ${width} px`);
    }
    await page.getByRole('button', { name: 'Somebody did otherwise…' }).click();
    await page.getByLabel('What was done').selectOption('The caller was asked for more');
    await page.getByLabel('Who did it').fill('anna');
    await answer(page, 'Record it');
    await waitForWords(page, 'It is recorded.');
    const { overriders } = await tenant.as('PRIVACY_OFFICER').admin.listOverriders({});
    t.like(overriders, [{ actorId: 'anna', overrides: 1 }]);
    await page.getByRole('button', { name: 'Pause listening…' }).click();
    await page.getByLabel('Why').fill('card payment');
    await answer(page, 'Pause');
    await waitForWords(page, 'The call is not listened to.');
    t.true((await tenant.verification.getCall({ callId: 'branch/1' })).paused);
    await page.getByRole('button', { name: 'Listen again…' }).click();
    await answer(page, 'Listen again');
    await waitForWords(page, 'The call is listened to again.');

    await page.getByRole('link', { name: 'See the voiceprints of allison_en' }).click();
    await page.getByRole('button', { name: 'Roll back default, version 2' }).click();
    await answer(page, 'Roll back');
    await waitForWords(page, 'The version before is in use again.');
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
    t.like(voiceprints, [{ version: 1, status: VoiceprintStatus.ACTIVE }]);
    await call.end();
    await page.context().close();
  },
);

/** Fails where the page of a job asks while it waits for an answer, more and more of a service that is away, or once it is left. */
async function assertPolite(t: ExecutionContext, page: Page): Promise<void> {
  const place = await page.evaluate<string>('location.hash');
  const asked: number[] = [];
  let underWay = 0;
  let mostUnderWay = 0;
  await page.route('**/GetEnrolmentJob', async (route) => {
    asked.push(performance.now());
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    // Twice away, then slow, and from then on as though the job never ended.
    if (asked.length < 3) {
      underWay--;
      return route.abort();
    }
    const response = await route.fetch();
    const answered = (await response.json()) as { job: object };
    await sleep(2000);
    underWay--;
    await route.fulfill({ json: { job: { ...answered.job, state: 'ENROLMENT_JOB_STATE_RUNNING' } } });
  });
  await page.getByRole('alert').getByText('The service does not answer.').waitFor();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  const [first = 0, second = 0, third = 0] = asked;
  t.true(second - first > 2500, `${second - first} ms after the first failure`);
  t.true(third - second > 4000, `${third - second} ms after the second`);
  t.is(mostUnderWay, 1, 'one at a time');
  await go(page, '#/batches');
  const before = asked.length;
  await sleep(3000);
  t.is(asked.length, before, 'nobody looks any more');
  await page.unrouteAll();
  await go(page, place);
}
