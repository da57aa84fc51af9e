import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { Role } from '../../src/domain/principal.js';
import { browserOfFile, WIDTHS } from '../helpers/browser.js';
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
import { Ground, serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();
const newPage = browserOfFile();

/** Most that the first load may weigh, compressed, bytes: a quarter more than it does, of 120 KB that are promised. */
const FIRST_LOAD = 35 * 1024;

test.serial('in development one says who one is; the first load is light', async (t) => {
  const tenant = await service().tenant();
  const page = await newPage();
  let weight = 0;
  page.on('response', (response) => {
    if (response.status() !== 200 || response.url().includes('/vouch.v1.')) return;
    void response.body().then((body) => (weight += gzipSync(body).length));
  });
  await page.goto(`http://${service().httpAddress}/console/`);
  await page.getByText('it believes whoever you say that you are').waitFor();
  await assertSound(t, page, 'signing in');
  await page.getByLabel('Tenant').fill('no such tenant');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('There is no such tenant.').waitFor();
  await page.getByLabel('Tenant').fill(tenant.tenantId);
  await page.getByLabel('Role').selectOption('Privacy officer');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'What would you like to do?' }).waitFor();
  t.is(await page.title(), 'Start · vouch');
  t.true(weight > 0 && weight <= FIRST_LOAD, `${weight} bytes`);
  t.log(`first load: ${weight} bytes compressed`);
  await assertSound(t, page, 'the start');
  await page.reload();
  await page.getByText('Privacy officer').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.context().close();
});

test.serial('the back button leads back, headings take the focus, and nothing is a dead end', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/speakers');
  await page.getByRole('link', { name: 'kim' }).click();
  await page.getByRole('heading', { name: 'kim', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Consent', exact: true }).waitFor();
  t.is(await focused(page), 'H1 kim');
  await page.goBack();
  await page.getByRole('heading', { name: 'Speakers', level: 1 }).waitFor();
  await page.goForward();
  await page.getByRole('link', { name: 'Speakers' }).first().waitFor();
  await go(page, '#/no/such/page');
  await assertSound(t, page, 'no such page');
  await page.getByRole('link', { name: 'Go to the start' }).click();
  await page.getByRole('heading', { name: 'What would you like to do?' }).waitFor();
  await page.context().close();
});

test.serial('all is done with the keyboard alone', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/speakers/kim');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter'); // Skip to content.
  t.is(await focused(page), 'H1 kim');
  for (let presses = 0; presses < 10 && (await focused(page)) !== 'BUTTON Withdraw…'; presses++)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  t.is(await focused(page), 'BUTTON Withdraw…', 'the focus is back where it was');
  await page.context().close();
});

test.serial('what comes from outside is text', async (t) => {
  const tenant = await service().tenant();
  const hostile = ['<img src=x onerror=alert(1)>', '\u202Eabc עברית', 'x'.repeat(256), '../../?a=b#c%2F'];
  for (const speakerId of hostile) await tenant.grant(speakerId);
  const page = await newPage();
  page.on('dialog', () => {
    t.fail('a script ran');
  });
  await openConsole(page, service(), tenant, '#/speakers');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await assertFits(t, page, `hostile ids at ${width}`);
  }
  for (const speakerId of hostile) {
    await go(page, '#/speakers');
    await page.getByRole('link', { name: speakerId, exact: true }).click();
    await page.getByText('Known since').waitFor();
    await settled(page);
    t.is(await page.locator('h1 bdi').textContent(), speakerId);
    await page.setViewportSize({ width: 320, height: 800 });
    await assertFits(t, page, `the page of ${speakerId.slice(0, 30)}`);
  }
  await assertSound(t, page, 'the page of a hostile id');
  await page.context().close();
});

test.serial('a network that is cut is told in words, and nothing that was entered is lost', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/speakers/kim');
  await page.getByRole('button', { name: 'Set the account…' }).click();
  await page.getByLabel('Account id').fill('household');
  await page.context().setOffline(true);
  await answer(page, 'Set');
  await page.getByRole('dialog').getByText('The service does not answer.').waitFor();
  t.is(await page.getByLabel('Account id').inputValue(), 'household');
  await page.context().setOffline(false);
  await answer(page, 'Set');
  await waitForWords(page, 'The account is set.');
  await page.context().close();
});

test.serial('a service that restarts is found again', async (t) => {
  t.timeout(120_000);
  const ground = await Ground.make();
  const first = await ground.serve();
  const { httpAddress } = first;
  const tenant = await first.tenant();
  const page = await newPage();
  await openConsole(page, first, tenant, '#/speakers');
  await first.stop();
  await go(page, '#/notices');
  await page.getByText('The service does not answer.').waitFor();
  await assertSound(t, page, 'without a service');
  const second = await ground.serve({ VOUCH_HTTP_ADDRESS: httpAddress });
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await page.getByRole('link', { name: 'voice, version 1' }).waitFor();
  await page.context().close();
  await second.stop();
  await ground.close();
});

test.serial('each role sees what it may do, and a refusal is said in words', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('kim');
  const buttons: Record<string, readonly Role[]> = {
    'Withdraw…': ['AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR'],
    'Set the account…': ['SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR'],
    'Hold, restrict or object…': ['PRIVACY_OFFICER', 'ADMINISTRATOR'],
    'Erase this person…': ['PRIVACY_OFFICER', 'ADMINISTRATOR'],
  };
  const roles: readonly Role[] = ['AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR', 'AUDITOR'];
  for (const role of roles) {
    const page = await newPage();
    await openConsole(page, service(), { tenantId: tenant.tenantId, role }, '#/speakers/kim');
    await page.getByRole('heading', { name: 'Consent', exact: true }).waitFor();
    await settled(page);
    for (const [name, allowed] of Object.entries(buttons))
      t.is(
        await page.getByRole('button', { name }).count(),
        allowed.includes(role) ? 1 : 0,
        `${role}: ${name}`,
      );
    await page.context().close();
  }
  // Somebody whose role was taken away while the page was open.
  const page = await newPage();
  await openConsole(page, service(), tenant, '#/speakers/kim');
  await page.getByRole('button', { name: 'Set the account…' }).click();
  await page.evaluate(
    `sessionStorage.setItem('vouch.identity', sessionStorage.getItem('vouch.identity').replace('ADMINISTRATOR', 'AUDITOR'))`,
  );
  await answer(page, 'Set');
  await page.getByText('Your role may not do this.').waitFor();
  await page.context().close();
});
