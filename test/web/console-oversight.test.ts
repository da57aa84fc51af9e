import { readFile } from 'node:fs/promises';
import test from 'ava';
import { AuditKind, AuditProblem } from '../../src/gen/vouch/v1/audit.js';
import { KeyEpochState } from '../../src/gen/vouch/v1/admin.js';
import { Role } from '../../src/gen/vouch/v1/common.js';
import { assertAccessible, browserOfFile } from '../helpers/browser.js';
import { assertSound, go, openConsole, type Signed } from '../helpers/console.js';
import { overriddenCall } from '../helpers/console-routes.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();
const newPage = browserOfFile();

const consoleAt = async (signed: Signed, place: string) => {
  const page = await newPage({ timezoneId: 'UTC' });
  await openConsole(page, service(), signed, `#/${place}`);
  return page;
};

test('the trail is searched by person, actor, kind and time, page by page; each search is in it', async (t) => {
  t.timeout(60_000);
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await overriddenCall(tenant);
  const page = await consoleAt({ tenantId: tenant.tenantId, role: 'PRIVACY_OFFICER' }, 'audit');
  const rows = page.getByRole('table').getByRole('row');
  await page.getByLabel('About this person').fill('nobody at all');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nobody with this id is known.').waitFor();
  await page.getByLabel('About this person').fill('allison_en');
  await page.getByLabel('Somebody did otherwise than decided').check();
  await page.getByRole('button', { name: 'Search' }).click();
  const row = rows.filter({ hasText: 'Decision overridden' });
  await row.waitFor();
  // The heading and this one: what the earlier search found goes when the answer is there.
  await rows.nth(2).waitFor({ state: 'detached' });
  t.is(await rows.count(), 2);
  await row.getByText('Decision overridden').click();
  await row.getByText('“Her <b>manager</b> knows her”').waitFor();
  t.regex(await row.innerText(), /for anna/);
  t.regex(await row.innerText(), /\d\d:\d\d:\d\d UTC/, 'to the second, with its zone');
  await row.getByRole('link', { name: 'allison_en' }).click();
  await page.getByRole('heading', { name: 'Voiceprints' }).waitFor();
  await page.goBack();
  await row.waitFor();
  t.is(await page.getByLabel('About this person').inputValue(), 'allison_en');
  await page.getByLabel('About this person').fill('');
  await page.getByLabel('Somebody did otherwise than decided').uncheck();
  await page.getByLabel('Before').fill('2020-01-01T00:00');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No entry is like that.').waitFor();
  const officer = tenant.as('PRIVACY_OFFICER').admin;
  const { entries } = await officer.listAuditEntries({
    filter: { actorId: 'kim', kinds: [AuditKind.AUDIT] },
  });
  t.is(entries.length, 4, 'the first look, the searches that found somebody to look for, and the way back');
});

test('the trail is checked, against an anchor, too; what is wrong with it is shown', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'audit/check');
  const check = page.getByRole('button', { name: 'Check the trail' });
  await check.click();
  await page.getByText('The trail is whole.').waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save an anchor of now' }).click(),
  ]);
  const anchor = await readFile(await file.path(), 'utf8');
  await page.getByLabel('An anchor from before').fill('{"not": "one"}');
  await check.click();
  await page.getByText('This is no anchor.').waitFor();
  await page.getByLabel('An anchor from before').fill(anchor);
  await check.click();
  await page.getByText(/The trail passes it, at entry \d+/).waitFor();
  const { anchor: another } = await (await service().tenant()).admin.getAnchor({});
  const theirs = JSON.stringify({
    ...another,
    hash: another!.hash.toString('base64'),
    signature: another!.signature.toString('base64'),
  });
  await page.getByLabel('An anchor from before').fill(theirs);
  await check.click();
  await page.getByRole('alert').waitFor();
  t.is((await admin.verifyAudit({})).problem, AuditProblem.UNSPECIFIED);
  await page.route('**/VerifyAudit', (route) =>
    route.fulfill({
      json: {
        problem: 'AUDIT_PROBLEM_CHANGED',
        position: 3,
        entry: { position: 3, type: 'POLICY_CHANGED', detailsJson: 'no JSON' },
      },
    }),
  );
  await check.click();
  await page.getByText('The trail is not whole, from entry 3 on.').waitFor();
  await page.getByText('Policy changed').click();
  await page.getByText('no JSON').waitFor();
  await assertAccessible(t, page, 'a trail that is not whole');
});

test('who looked at a person and who did otherwise than decided is told', async (t) => {
  t.timeout(60_000);
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await overriddenCall(tenant);
  await tenant.enrolment.getSpeaker({ speakerId: 'allison_en' });
  const page = await consoleAt({ tenantId: tenant.tenantId, role: 'AUDITOR' }, 'audit/access');
  const overriders = page.getByRole('table', { name: 'Who did otherwise' }).getByRole('row');
  await overriders.filter({ hasText: 'anna' }).waitFor();
  await page.getByText('Nobody did. Days with fewer').waitFor();
  await page.getByLabel('Over', { exact: true }).selectOption({ label: '90 days' });
  await page.getByLabel('Speaker id').fill('allison_en');
  await page.getByRole('button', { name: 'Who looked at them?' }).click();
  const readers = page.getByRole('table', { name: 'Who looked at the person' }).getByRole('row');
  await readers.filter({ hasText: 'test' }).filter({ hasText: 'Administrator' }).waitFor();
  t.true((await readers.count()) >= 2);
  await page.getByRole('button', { name: 'Earlier' }).click();
  await page.getByText('Nobody looked at allison_en in this time.').waitFor();
  await page.getByText('Nobody did in this time.').waitFor();
  await page.getByLabel('Ever, not only').check();
  await page.getByRole('button', { name: 'Who looked at them?' }).click();
  await readers.filter({ hasText: 'test' }).waitFor();
  // What was looked for is found again by the back button.
  await go(page, '#/audit');
  await page.goBack();
  await readers.filter({ hasText: 'test' }).waitFor();
  await page.getByText('Nobody did in this time.').waitFor();
  t.true(await page.getByRole('button', { name: 'Later' }).isEnabled());
});

test('keys are rotated, their age is set, and expired ones are destroyed only by who types it', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'keys');
  await page.getByRole('button', { name: 'Rotate now…' }).click();
  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  await page.getByRole('heading', { name: 'Now: epoch 2' }).waitFor();
  const { epochs } = await admin.getKeys({});
  t.deepEqual(
    epochs.map(({ state }) => state),
    [KeyEpochState.RETIRED, KeyEpochState.ACTIVE],
  );
  await page.getByRole('button', { name: 'Change the rotation…' }).click();
  const days = page.getByLabel('Days until it is rotated');
  await days.fill('0');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Give a number from 1 to 3650.').waitFor();
  await days.fill('14');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('14 days').waitFor();
  t.is((await admin.getKeys({})).settings?.rotationDays, 14);
  await page.getByRole('button', { name: 'Destroy expired keys…' }).click();
  await page.getByLabel('Type “destroy” to confirm').fill('yes');
  await page.getByRole('button', { name: 'Destroy', exact: true }).click();
  await page.getByText('Type the word destroy.').waitFor();
  await page.getByLabel('Type “destroy” to confirm').fill('destroy');
  await page.getByRole('button', { name: 'Destroy', exact: true }).click();
  await page.getByText('No key had expired; none was destroyed.').waitFor();
  t.is((await admin.getKeys({})).epochs[0]!.state, KeyEpochState.RETIRED);
});

test('a key of a program is made, shown once, and revoked', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId }, 'api-keys');
  await page.getByText('There is no key yet.').waitFor();
  await page.getByRole('button', { name: 'Make a key…' }).click();
  await page.getByLabel('What is it for?').fill('<b>desktop</b>');
  await page.getByLabel('In whose name does it act?').fill('desktop-1');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.getByText('What may it do? is missing.').waitFor();
  await page.getByLabel('Telephony').check();
  await page.getByRole('button', { name: 'Make the key' }).click();
  const secret = await page.locator('.secret').innerText();
  const [made] = (await admin.listApiKeys({})).apiKeys;
  t.like(made, { label: '<b>desktop</b>', actorId: 'desktop-1', roles: [Role.TELEPHONY], createdBy: 'kim' });
  t.true(secret.startsWith(made!.prefix));
  t.true(secret.length > made!.prefix.length + 32);
  await assertSound(t, page, 'a key that is shown');
  await page.getByRole('button', { name: 'I have stored it' }).click();
  t.is(await page.locator('.secret').count(), 0);
  await page.getByRole('button', { name: 'Revoke the key for <b>desktop</b>…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText('The key is revoked.').waitFor();
  t.not((await admin.listApiKeys({})).apiKeys[0]!.revokedAt, undefined);
});

test('the system page tells of processes, database, queue and models; who only reads is offered nothing else', async (t) => {
  t.timeout(60_000);
  const { tenantId, admin } = await service().tenant();
  const page = await consoleAt({ tenantId, role: 'AUDITOR' }, 'system');
  await page.getByText('All is well.').waitFor();
  const system = await admin.getSystem({});
  await page.getByText(system.replicaId.slice(0, 8)).waitFor();
  await page.getByText(system.database!.newestMigration).waitFor();
  t.true((await page.getByRole('table', { name: 'Models' }).getByRole('row').count()) > 2);
  await go(page, '#/keys');
  t.is(await page.getByRole('main').getByRole('button').count(), 1, 'Read again');
  await go(page, '#/policies/default');
  t.is(await page.getByRole('link', { name: 'Change it' }).count(), 0);
  await go(page, '#/policies/default/edit');
  await page.getByText('This page is not for your role.').waitFor();
});
