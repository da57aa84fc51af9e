import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Purpose, SourceProfile } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { CallState, Outcome } from '../../src/gen/vouch/v1/verification.js';
import { browserOfFile } from '../helpers/browser.js';
import { shippedCalibration } from '../helpers/calibration.js';
import { noticeReference } from '../helpers/caller.js';
import { focused, go, openConsole, settled, type Signed } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';
import { callBecomes } from '../helpers/refusal.js';

const service = serviceOfFile();
const newPage = browserOfFile();

const consoleAt = async (signed: Signed, place: string) => {
  const page = await newPage();
  await openConsole(page, service(), signed, `#/${place}`);
  return page;
};

test('a policy is changed after seeing what its thresholds mean; who changed what is told', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const before = (await admin.getPolicy({})).version!.policy!;
  const page = await consoleAt({ tenantId }, 'policies');
  await page.getByRole('link', { name: 'default' }).click();
  await page.getByRole('link', { name: 'Change it' }).click();
  const [calibration] = shippedCalibration().maps;
  const reaches = (rate: number) => {
    const { llr } = calibration!.acceptThreshold(rate, 1);
    return page.getByText(`must reach a log-likelihood ratio of ${llr.toFixed(1)}`);
  };
  await reaches(0.01).waitFor();
  const target = page.getByLabel('False matches to keep below');
  await target.fill('0.01');
  await page.getByText('Nobody would be verified.').waitFor();
  await target.fill('2');
  await reaches(0.02).waitFor();
  await page.getByLabel('Reject at or below').fill('-6');
  await page.getByLabel('Speech before a rejection').fill('12.5');
  await page.getByLabel('When not verified').selectOption({ label: 'Ask the security questions' });
  await page.getByLabel('Why').fill('Fewer questions');
  await page.getByRole('button', { name: 'Save as a new version' }).click();
  await page.getByText('Saved as version 2.').waitFor();
  const { version } = await admin.getPolicy({});
  t.deepEqual(version!.policy, {
    ...before,
    targetFalseMatchRate: 0.02,
    rejectBelowLlr: -6,
    rejectMinimumNetSpeechMs: 12_500,
    nextActions: { ...before.nextActions!, reject: before.nextActions!.otherwise },
  });
  t.like(version, { createdBy: 'kim', reason: 'Fewer questions' });
  const [row] = await page.getByRole('row').filter({ hasText: 'Fewer questions' }).allInnerTexts();
  const told = row!.replaceAll(/\s+/g, ' ').replaceAll(/was |is now /g, '');
  for (const text of ['kim', 'keep below: 1 % → 2 %', 'before a rejection: 8.9 s → 12.5 s'])
    t.true(told.includes(text), `${text} in ${told}`);
});

test('what the service refuses of a policy is told at its field, and nothing that was entered is lost', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'policies/default/edit');
  const target = page.getByLabel('False matches to keep below');
  await target.fill('50');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Why is missing.').waitFor();
  await page.getByLabel('Why').fill('Try');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The service did not take this.').waitFor();
  t.is(await target.getAttribute('aria-invalid'), 'true');
  t.regex(await page.getByRole('alert').innerText(), /policy\.target_false_match_rate/);
  t.is(
    await page.evaluate<string>(
      "document.querySelector('vouch-console').shadowRoot.querySelector('v-policy-edit').shadowRoot.activeElement.name",
    ),
    'targetFalseMatchRate',
  );
  t.is(await page.getByLabel('Why').inputValue(), 'Try');
  t.is((await admin.getPolicy({})).version?.reference?.version, 1);
});

test('who leaves a form that is not saved is asked first, and stays where they were when they say so', async (t) => {
  t.timeout(60_000);
  const { tenantId } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'policies/default');
  await page.getByRole('link', { name: 'Change it' }).click();
  const reason = page.getByLabel('Why');
  await reason.fill('Fewer questions');
  const asked: string[] = [];
  let leave = false;
  page.on('dialog', (dialog) => {
    asked.push(`${dialog.type()} ${dialog.message()}`);
    void (leave ? dialog.accept() : dialog.dismiss());
  });
  const overview = page.getByLabel('Way back').getByRole('link');
  await overview.click();
  t.is(await reason.inputValue(), 'Fewer questions');
  t.true(page.url().endsWith('#/policies/default/edit'), page.url());
  await page.goBack();
  t.is(await reason.inputValue(), 'Fewer questions');
  t.deepEqual(
    asked,
    Array<string>(2).fill('confirm What you entered here is not saved. Leave the page without it?'),
  );
  leave = true;
  await overview.click();
  await page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor();
  t.is(asked.length, 3);
  await page.goBack();
  await reason.waitFor();
  t.is(await reason.inputValue(), '');
  await overview.click();
  await page.getByRole('heading', { name: 'Policies', level: 1 }).waitFor();
  t.is(asked.length, 3, 'nothing was entered');
});

test('the end of a long list is told, and takes the focus of the button that is gone', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const { version } = await admin.getPolicy({});
  for (let at = 2; at <= 21; at++)
    await admin.putPolicy({ policy: version!.policy!, reason: `Change ${at}`, idempotencyKey: `${at}` });
  const page = await consoleAt({ tenantId }, 'policies/default');
  const rows = page.getByRole('row').filter({ hasText: 'Change' });
  t.is(await rows.count(), 20);
  await page.getByRole('button', { name: 'Show more' }).press('Enter');
  await page.getByText('That is all of them.').waitFor();
  t.is(await focused(page), 'P That is all of them.');
});

test('a second policy is added; shadow mode is switched with the keyboard alone', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'new-policy');
  await page.getByLabel('Id of the policy').fill('<i>ליין</i>');
  await page.getByLabel('Why').fill('For the other line');
  await page.getByRole('button', { name: 'Add the policy' }).click();
  await page.getByRole('heading', { name: 'Policy <i>ליין</i>' }).waitFor();
  t.is((await admin.getPolicy({ policyId: '<i>ליין</i>' })).version?.reference?.version, 1);
  await go(page, '#/policies/default');
  await page.getByRole('button', { name: 'Switch shadow mode on…' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('Until it is fitted');
  await page.keyboard.press('Enter');
  await page.getByText('Shadow mode is on.').first().waitFor();
  const { version } = await admin.getPolicy({});
  t.like(version, { reason: 'Until it is fitted', policy: { shadow: true } });
});

test('a calibration is assigned to a source, and comparisons of confirmed calls are exported', async (t) => {
  t.timeout(90_000);
  const tenant = await service().tenant();
  const page = await consoleAt({ tenantId: tenant.tenantId }, 'calibrations');
  await page.getByRole('button', { name: 'Assign a calibration…' }).click();
  await page.getByLabel('For calls from').selectOption({ label: 'Mobile' });
  await page.getByLabel('Why').fill('As shipped');
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByText('Assigned. Calls that begin now go by it.').waitFor();
  const { history } = await tenant.admin.getCalibrationAssignments({});
  t.like(history[0], { source: SourceProfile.MOBILE, reason: 'As shipped', createdBy: 'kim' });

  await page.getByRole('button', { name: 'Export the comparisons…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByText('There is nothing to export yet').waitFor();

  await tenant.publishNotice({ noticeId: 'learn', purposes: [Purpose.VERIFY, Purpose.CALIBRATE] });
  await tenant.grant('allison_en', {
    notice: noticeReference('learn'),
    purposes: [Purpose.VERIFY, Purpose.CALIBRATE].map((purpose) => ({
      purpose,
      value: ConsentValue.GRANTED,
    })),
  });
  await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'allison_en' });
  const call = tenant.open(['allison_en'], { source: SourceProfile.MOBILE });
  await call.speech('allison_en/call-1.wav');
  await call.end();
  const { decisionId } = call.decision;
  await tenant.verification.reportOutcome({
    decisionId,
    outcome: Outcome.GENUINE_CONFIRMED,
    idempotencyKey: 'o',
  });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  const [head, row, ...more] = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  t.regex(head!, /^score,second_score,net_speech_ms,/);
  t.regex(row!, /^0\.\d+,.*,mobile,GENUINE_CONFIRMED,\S{16}$/);
  t.deepEqual(more, []);
});

test('the live board shows calls as they come and go, keeps the focus, pauses, and rests while it is hidden', async (t) => {
  t.timeout(90_000);
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const page = await consoleAt({ tenantId: tenant.tenantId, role: 'SUPERVISOR' }, 'board');
  await page.getByText('No call is live.').waitFor();
  const source = page.getByLabel('Source', { exact: true });
  await source.focus();
  const call = tenant.open(['allison_en'], {
    callId: '<b>one</b>',
    source: SourceProfile.MOBILE,
    agentId: 'anna',
  });
  await callBecomes(t, tenant, call.callId, CallState.LIVE);
  const row = page.getByRole('row').filter({ hasText: '<b>one</b>' });
  await row.waitFor();
  await call.speech('allison_en/call-1.wav');
  await row.getByText('Verified').waitFor();
  const active =
    "document.querySelector('vouch-console').shadowRoot.querySelector('v-board').shadowRoot.activeElement.id";
  t.is(await page.evaluate<string>(active), 'source');
  t.regex(await row.innerText(), /Live[^]*Mobile[^]*confidence \d+[^]*anna/);
  await page.getByText('1 call: 1 verified').waitFor();
  await page.getByText('The figures as a table').click();
  t.is(await page.getByRole('table', { name: 'Decisions every hour' }).getByRole('row').count(), 25);

  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.getByRole('button', { name: 'Pause updates' }).click();
  await call.end();
  await callBecomes(t, tenant, call.callId, CallState.ENDED);
  await page.waitForTimeout(4500);
  t.deepEqual(asked, []);
  await page.evaluate(
    "Object.defineProperty(document, 'hidden', { get: () => globalThis.away, configurable: true })",
  );
  await page.evaluate("globalThis.away = true; document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByRole('button', { name: 'Go on with updates' }).click();
  await row.waitFor({ state: 'detached' });
  asked.length = 0;
  await page.waitForTimeout(4500);
  t.deepEqual(asked, [], 'nobody looks');
  await page.evaluate("globalThis.away = false; document.dispatchEvent(new Event('visibilitychange'))");
  await page.getByText('No call is live.').waitFor();
  await page.getByLabel('Show').selectOption({ label: 'Ended, too' });
  await row.getByRole('link').click();
  await settled(page);
  t.is(await page.locator('h1').innerText(), 'Call <b>one</b>');
  await page.getByRole('link', { name: 'allison_en' }).waitFor();
});

test('without the network the board says so, keeps what it showed, and goes on by itself', async (t) => {
  t.timeout(60_000);
  const { tenantId } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'board');
  await page.getByText('No call is live.').waitFor();
  await page.route('**/vouch.v1.*/**', (route) => route.abort());
  await page.getByRole('alert').getByText('The service does not answer.').waitFor();
  t.true(await page.getByText('No call is live.').isVisible());
  await page.unroute('**/vouch.v1.*/**');
  await page.getByRole('alert').waitFor({ state: 'detached' });
});
