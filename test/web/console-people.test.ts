import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import test from 'ava';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentEventType, ConsentValue, SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { VoiceprintStatus } from '../../src/gen/vouch/v1/enrolment.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { browserOfFile } from '../helpers/browser.js';
import { PROOFING } from '../helpers/caller.js';
import { answer, assertSound, focused, go, openConsole, waitForWords, settled } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();
const newPage = browserOfFile();
const zipped = promisify(execFile);

const speakerPage = (speakerId: string) => `#/speakers/${encodeURIComponent(speakerId)}`;

test.serial('a consent is recorded as it was given, and withdrawn', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage({ timezoneId: 'UTC' });
  await openConsole(page, service(), tenant, '#/consent?speaker=kim');
  t.is((await page.locator('.wording').textContent())?.trim(), 'May we recognise you by your voice?');

  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('Say at least one answer.').waitFor();
  await page.getByLabel('Verify: make, keep').selectOption('Yes');
  await page.getByLabel('How they signed').selectOption('Pressed a key');
  await page.getByLabel('Where the evidence is').fill('archive/4711');
  await page.getByLabel('How their identity was proved').selectOption('Security questions');
  await assertSound(t, page, 'recording a consent');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await waitForWords(page, 'The consent is recorded and in force.');

  const { events } = await tenant.consent.listConsentEvents({ speakerId: 'kim' });
  t.is(events.length, 1);
  t.like(events[0], {
    type: ConsentEventType.CONSENT_RECORDED,
    purposes: [{ purpose: Purpose.VERIFY, value: ConsentValue.GRANTED }],
    actorId: 'kim',
    evidence: { reference: 'archive/4711' },
    proofing: { method: 'knowledge-questions' },
  });

  await page.getByRole('button', { name: 'Withdraw…' }).click();
  await answer(page, 'Withdraw');
  await waitForWords(page, 'The withdrawal is recorded and in force.');
  await page.getByRole('heading', { name: 'Withdrew consent' }).waitFor();
  const { state } = await tenant.consent.getConsent({ speakerId: 'kim' });
  t.false(state?.purposes[0]?.granted);
  await page.context().close();
});

test.serial('“not now” and an opt-out are kept', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage({ timezoneId: 'UTC' });
  await openConsole(page, service(), tenant, '#/consent?speaker=lee');
  await page.getByLabel('Verify: make, keep').selectOption('Not now');
  await page.getByLabel('Nobody asks again before').fill('2199-01-01');
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('“Not now”:').waitFor();
  const before = await tenant.consent.getConsent({ speakerId: 'lee' });
  t.deepEqual(before.state?.doNotAskBefore, new Date('2199-01-01T00:00:00Z'));

  await page.getByRole('button', { name: 'Opt out…' }).click();
  await answer(page, 'Record the opt-out');
  await page.getByText('This person opted out.').waitFor();
  t.true((await tenant.consent.getConsent({ speakerId: 'lee' })).state?.optedOut);
  await page.context().close();
});

test.serial('states are set and lifted with a file number', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const page = await newPage();
  await openConsole(page, service(), tenant, speakerPage('kim'));
  await page.getByRole('button', { name: 'Hold, restrict or object…' }).click();
  await assertSound(t, page, 'the dialog of states');
  await page.getByLabel('State', { exact: true }).selectOption('Legal hold');
  await page.getByLabel('File number').fill('court 4/26');
  await answer(page, 'Set');
  await page.getByRole('button', { name: 'Lift: Legal hold' }).waitFor();
  const held = await tenant.consent.getConsent({ speakerId: 'kim' });
  t.deepEqual(
    held.states.map(({ state }) => state),
    [SpeakerState.LEGAL_HOLD],
  );

  // What a hold forbids is refused in words, and what was entered stays.
  await page.getByRole('button', { name: 'Erase this person…' }).click();
  await page.getByLabel('Type the speaker id').fill('kim');
  await answer(page, 'Erase');
  await page.getByRole('dialog').getByText('A legal hold stands').waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Lift: Legal hold' }).click();
  await page.getByLabel('File number').fill('court 4/26');
  await answer(page, 'Lift');
  await waitForWords(page, 'It is lifted.');
  t.deepEqual((await tenant.consent.getConsent({ speakerId: 'kim' })).states, []);
  await page.context().close();
});

test.serial('a person is exported, and erased once their id is typed', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const page = await newPage();
  await openConsole(page, service(), tenant, speakerPage('allison_en'));
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export everything' }).click(),
  ]);
  const file = await download.path();
  const { stdout } = await zipped('python3', ['-m', 'zipfile', '-l', file]);
  for (const name of ['speaker.json', 'speaker.html', 'manifest.json', 'manifest.sig', 'public-key.pem'])
    t.true(stdout.includes(name), name);
  await zipped('python3', ['-m', 'zipfile', '-t', file]);
  t.true((await readFile(file)).includes('allison_en'));

  await page.getByRole('button', { name: 'Erase this person…' }).click();
  await page.getByLabel('Type the speaker id').fill('alison');
  await answer(page, 'Erase');
  await page.getByText('This is not the id of this person.').waitFor();
  t.truthy((await tenant.enrolment.getSpeaker({ speakerId: 'allison_en' })).speaker);
  await page.getByLabel('Type the speaker id').fill('allison_en');
  await answer(page, 'Erase');
  await page.getByRole('heading', { name: 'Erased: the receipt' }).waitFor();
  await assertSound(t, page, 'a receipt');
  await t.throwsAsync(tenant.enrolment.getSpeaker({ speakerId: 'allison_en' }));

  await go(page, '#/erasures');
  await page.getByLabel('The id that was erased').fill('allison_en');
  await page.getByRole('button', { name: 'Find the record' }).click();
  await page.getByRole('heading', { name: 'Erasure of allison_en' }).waitFor();
  const { records } = await tenant.consent.getErasureEvidence({ speakerId: 'allison_en' });
  await page.getByText(records[0]?.receipt?.eventId ?? 'none').waitFor();
  await assertSound(t, page, 'evidence of an erasure');
  await page.context().close();
});

test.serial('voiceprints are approved by somebody else, rejected, deleted', async (t) => {
  const { enrolment } = DEFAULT_POLICY;
  const tenant = await service().tenant({
    enrolment: { ...enrolment, waitingPeriodMs: 0, approval: 'REQUIRED' },
  });
  const speakerId = 'allison_en';
  await tenant.enrol(speakerId);
  await tenant.enrolFrom('allison_en/enrol.wav', { speakerId, label: 'mobile', proofing: PROOFING });
  const page = await newPage();
  // In the same name as it was enrolled in: four eyes.
  await openConsole(page, service(), { tenantId: tenant.tenantId, actor: 'test' }, speakerPage(speakerId));
  await page.getByRole('button', { name: 'Approve default, version 1' }).click();
  await answer(page, 'Approve');
  await page.getByText('Somebody else must look at it.').waitFor();
  await page.context().close();

  const other = await newPage();
  await openConsole(other, service(), tenant, speakerPage(speakerId));
  await other.getByRole('button', { name: 'Approve default, version 1' }).click();
  await answer(other, 'Approve');
  await waitForWords(other, 'The voiceprint is approved.');
  await other.getByText('In use').waitFor();
  await other.getByRole('button', { name: 'Reject mobile, version 1' }).click();
  await answer(other, 'Reject');
  await other.getByRole('button', { name: 'Reject mobile, version 1' }).waitFor({ state: 'detached' });
  t.is(await focused(other), 'H2 Voiceprints', 'what was pressed is gone: the focus is at its part');
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId });
  t.deepEqual(
    voiceprints.map(({ label, status }) => [label, status]),
    [['default', VoiceprintStatus.ACTIVE]],
  );
  await other.getByRole('button', { name: 'Delete default, version 1' }).click();
  await answer(other, 'Delete');
  await other.getByText('There is none.').waitFor();
  t.deepEqual((await tenant.enrolment.listVoiceprints({ speakerId })).voiceprints, []);

  await go(other, '#/notifications');
  await other.getByText('A voiceprint was deleted').waitFor();
  await assertSound(t, other, 'notifications');
  await other.context().close();
});

test.serial('two of one account who sound alike wait for a review', async (t) => {
  const tenant = await service().tenant();
  for (const speakerId of ['kim', 'lee']) {
    await tenant.grant(speakerId);
    await tenant.enrolment.setSpeakerAccount({
      speakerId,
      accountId: 'household',
      idempotencyKey: speakerId,
    });
    await tenant.enrolFrom('allison_en/enrol.wav', { speakerId });
  }
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/reviews');
  await assertSound(t, page, 'reviews');
  await page.getByRole('button', { name: 'Release the voiceprint of lee' }).click();
  await answer(page, 'Release');
  await page.getByText('Nothing waits for a review.').waitFor();
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'lee' });
  t.is(voiceprints[0]?.status, VoiceprintStatus.ACTIVE);
  await page.context().close();
});

test.serial('account and trust phrase are set', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const page = await newPage();
  await openConsole(page, service(), tenant, speakerPage('kim'));
  await page.getByRole('button', { name: 'Set the account…' }).click();
  await page.getByLabel('Account id').fill('household');
  await answer(page, 'Set');
  await waitForWords(page, 'The account is set.');
  for (const [words, expected] of [
    ['blue kettle', 'The phrase is kept.'],
    ['blue kettle', ''],
  ] as const) {
    await page.getByRole('button', { name: 'Set the trust phrase…' }).click();
    await page.getByRole('textbox', { name: 'Trust phrase' }).fill(words);
    await answer(page, 'Keep the phrase');
    if (expected === '') await page.getByText('This is the phrase from before.').waitFor();
    else await waitForWords(page, expected);
  }
  const repeated = tenant.enrolment.setTrustPhrase({
    speakerId: 'kim',
    phrase: 'blue kettle',
    idempotencyKey: 'x',
  });
  await t.throwsAsync(repeated, { message: /ALREADY_EXISTS/ });
  await page.context().close();
});

test.serial('retention shows what is due, and keeps terms', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/retention');
  await page.getByRole('button', { name: 'Show what is due' }).click();
  await page.getByText('Nothing is due.').waitFor();
  await page.getByLabel('Calls, days', { exact: true }).fill('10');
  await page.getByRole('button', { name: 'Save the terms' }).click();
  await page.getByText('Calls are kept at least as long as their scores.').waitFor();
  await page.getByLabel('Scores of calls, days').fill('5');
  await page.getByRole('button', { name: 'Save the terms' }).click();
  await waitForWords(page, 'The terms are saved');
  const { policy, version } = await tenant.retention.getRetentionPolicy({});
  t.like(policy, { callScoresDays: 5, callRowsDays: 10 });
  t.is(version, 1);
  await settled(page);
  await assertSound(t, page, 'retention');
  await page.context().close();
});
