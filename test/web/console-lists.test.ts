import { readFile } from 'node:fs/promises';
import test from 'ava';
import type { Page } from 'playwright-core';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { readCsv } from '../../web/console/people/csv.js';
import { browserOfFile } from '../helpers/browser.js';
import { assertSound, openConsole } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile({ VOUCH_TRANSFERS: 'on' });
const newPage = browserOfFile();

/** What a button gives to save. */
async function saved(page: Page, button: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return download.path();
}

test.serial('speakers move to another tenant, sealed, with the key’s fingerprint compared', async (t) => {
  t.timeout(60_000);
  const [from, to] = [await service().tenant(), await service().tenant()];
  await from.enrol('allison_en');
  await from.grant('held');
  await to.grant('held');
  const there = await newPage();
  await openConsole(there, service(), to, '#/moving');
  await there.getByRole('button', { name: 'Make a key' }).click();
  await there.getByText('Send its file to the other side').waitFor();
  const fingerprint = (await there.locator('.facts code').first().textContent()) ?? '';
  t.regex(fingerprint, /^(?:[0-9a-f]{4} ?){8}$/);
  const key = await saved(there, 'Download the key');

  const here = await newPage();
  await openConsole(here, service(), from, '#/moving');
  const pem = await saved(here, 'Save our public key');
  await here.getByLabel('The other side’s key').setInputFiles(key);
  await here.getByLabel('Its fingerprint').fill('0000');
  await here.getByRole('button', { name: 'Seal all speakers' }).click();
  await here.getByText('The file has another fingerprint').waitFor();
  await here.getByLabel('Its fingerprint').fill(fingerprint);
  const sealed = await saved(here, 'Seal all speakers');
  await here.getByText('2 speakers').waitFor();
  await assertSound(t, here, 'a sealed file');

  await there
    .getByLabel('The sealed file')
    .setInputFiles({ name: 'a.sealed', mimeType: '', buffer: await readFile(sealed) });
  await there
    .getByLabel('The sender’s public key')
    .setInputFiles({ name: 'a.pem', mimeType: '', buffer: await readFile(pem) });
  await there.getByRole('button', { name: 'Take them in' }).click();
  await there.getByText('Known here already').waitFor();
  await there.getByText('1 speaker', { exact: true }).waitFor();
  await assertSound(t, there, 'what was taken in');
  const { voiceprints } = await to.enrolment.listVoiceprints({ speakerId: 'allison_en' });
  t.is(voiceprints.length, 1);
  for (const page of [here, there]) await page.context().close();
});

test.serial('consents come from a list, row by row; brought again, nothing is done twice', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage({ timezoneId: 'UTC' });
  await openConsole(page, service(), tenant, '#/consent/list');
  const list = (rows: readonly string[]) => ({
    name: 'list.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['speaker,occurred_at,evidence_type,evidence_reference', ...rows, ''].join('\r\n')),
  });
  await page.getByLabel('List', { exact: true }).setInputFiles(list(['kim,2025-02-03T10:00:00Z,recording']));
  await page.getByLabel('Verify: make, keep').selectOption('Yes');
  await page.getByRole('button', { name: 'Record them all' }).click();
  await page.getByText('This is no CSV file with a heading.').waitFor();
  const rows = ['kim,2025-02-03T10:00:00Z,recording,archive/1', '"lee, jr.",yesterday,recording,archive/2'];
  for (const [count, file] of [list(rows), list(rows)].entries()) {
    await page.getByLabel('List', { exact: true }).setInputFiles(file);
    await page.getByRole('button', { name: 'Record them all' }).click();
    await page.getByText('2 of 2 rows have their result').waitFor();
    await page.getByText('A time of this row is none').waitFor();
    const { events } = await tenant.consent.listConsentEvents({ speakerId: 'kim' });
    t.is(events.length, 1, `${count}`);
    t.like(events[0], {
      retroactive: true,
      evidence: { type: 'recording', reference: 'archive/1' },
      purposes: [{ purpose: Purpose.VERIFY }],
    });
  }
  await assertSound(t, page, 'a list with a row that failed');
  const report = readCsv(await readFile(await saved(page, 'Download the report'), 'utf8'));
  t.deepEqual(
    report?.map(({ speaker, retroactive, reason }) => [speaker, retroactive, reason]),
    [
      ['kim', 'yes', ''],
      ['lee, jr.', '', 'FIELD_INVALID'],
    ],
  );
  await page.context().close();
});

test('CSV is read as RFC 4180 has it', (t) => {
  t.deepEqual(readCsv('\uFEFFa,b\r\n"x, ""y""\r\nz", 1 \n\n,\n'), [
    { a: 'x, "y"\r\nz', b: '1' },
    { a: '', b: '' },
  ]);
  for (const broken of ['', 'a,b\n1', 'a\n"x', 'a\nx"y']) t.is(readCsv(broken), null, broken);
});
