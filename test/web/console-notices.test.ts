import test from 'ava';
import { NoticeChannel } from '../../src/gen/vouch/v1/consent.js';
import { diffWords } from '../../web/console/people/diff.js';
import { browserOfFile } from '../helpers/browser.js';
import { answer, assertSound, go, openConsole, waitForWords } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();
const newPage = browserOfFile();

test.serial(
  'a notice is drafted from the template, kept over a reload, published, and compared',
  async (t) => {
    const tenant = await service().tenant();
    const page = await newPage();
    await openConsole(page, service(), tenant, '#/notices');
    await page.getByRole('button', { name: 'Begin with a template' }).click();
    await page.getByLabel('Notice id').fill('greeting');
    await page.getByLabel('Controller').fill('Acme Bank');
    await page.getByRole('button', { name: 'Drop the last wording' }).click();
    await page.reload();
    t.is(await page.getByLabel('Notice id').inputValue(), 'greeting');
    await assertSound(t, page, 'a draft');
    await page.getByRole('button', { name: 'Publish…' }).click();
    await page.getByText('Still to be filled in: [Company]').waitFor();
    await answer(page, 'Publish');
    await waitForWords(page, 'The notice is published.');

    const first = await tenant.consent.getNotice({ noticeId: 'greeting', version: 1 });
    t.deepEqual(
      first.wordings.map(({ notice }) => notice?.channel),
      [NoticeChannel.AGENT_SCRIPT, NoticeChannel.IVR, NoticeChannel.WEB],
    );
    t.true(first.wordings[0]?.notice?.text.includes('\n\n'), 'the lines of the template stay');

    await page.getByRole('button', { name: 'Draft the next version' }).click();
    const wording = page.getByLabel('Wording 1');
    await wording.fill((await wording.inputValue()).replace('three years', 'two years'));
    await page.getByLabel('It differs so much').check();
    await page.getByLabel('Earlier consents count for').fill('30');
    await page.getByRole('button', { name: 'Publish…' }).click();
    await page.getByText('People are asked anew.').waitFor();
    await answer(page, 'Publish');
    await page.getByLabel('Compare with').selectOption('version 1');
    t.is(await page.locator('ins').first().textContent(), '[added: two]');
    t.is(await page.locator('del').first().textContent(), '[removed: three]');
    await assertSound(t, page, 'two versions compared');
    const { wordings } = await tenant.consent.getNotice({ noticeId: 'greeting', version: 0 });
    t.like(wordings[0]?.notice, { version: 2, requiresNewConsent: true, newConsentGraceDays: 30 });
    await page.context().close();
  },
);

test.serial(
  'two tabs see one another’s drafts, and what is published elsewhere cannot be published with other words',
  async (t) => {
    const tenant = await service().tenant();
    const one = await newPage();
    await openConsole(one, service(), tenant, '#/notices');
    const two = await one.context().newPage();
    await openConsole(two, service(), tenant, '#/notices');
    await one.getByRole('button', { name: 'Empty draft' }).click();
    await one.getByLabel('Notice id').fill('second');
    await two.getByRole('link', { name: 'second, version 1' }).click();
    await two.getByLabel('Wording').fill('May we?');
    await two.getByLabel('Controller').fill('Acme Bank');
    await tenant.publishNotice({ noticeId: 'second', text: 'Other words.', retentionDays: 1095 });
    await two.getByRole('button', { name: 'Publish…' }).click();
    await answer(two, 'Publish');
    await two.getByText('publish the next one').waitFor();
    await assertSound(t, two, 'a refusal in a dialog');
    await one.context().close();
  },
);

test.serial('who only reads sees notices without a way to publish', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage();
  await openConsole(page, service(), { tenantId: tenant.tenantId, role: 'AGENT' }, '#/notices');
  await page.getByRole('link', { name: 'voice, version 1' }).waitFor();
  t.is(await page.getByRole('button', { name: 'Empty draft' }).count(), 0);
  await go(page, '#/drafts/none');
  await page.getByText('This page is not for your role.').waitFor();
  await page.context().close();
});

test.serial('a comparison gives both texts back', (t) => {
  const [earlier, later] = [
    'We keep it for three years.\nAsk us.',
    'We keep it encrypted for two years.\nAsk us!',
  ];
  const runs = diffWords(earlier, later);
  const without = (kind: string) => runs.flatMap((run) => (run.kind === kind ? [] : [run.text])).join('');
  t.is(without('added'), earlier);
  t.is(without('removed'), later);
});
