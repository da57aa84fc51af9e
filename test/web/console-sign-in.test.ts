import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Page } from 'playwright-core';
import { Role } from '../../src/gen/vouch/v1/common.js';
import { browserOfFile } from '../helpers/browser.js';
import { answer, assertSound, waitForWords } from '../helpers/console.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { IdentityProvider } from '../helpers/identity-provider.js';

const newPage = browserOfFile();

let ground: Ground;
let provider: IdentityProvider;
let service: TestService;
let tenant: string;
/** An API key. */
let secret: string;

test.serial.before('a service that knows tokens only', async (t) => {
  t.timeout(90_000);
  ground = await Ground.make();
  provider = await IdentityProvider.start();
  const before = await ground.serve();
  const made = await before.tenant();
  await made.grant('kim');
  const roles = [Role.ADMINISTRATOR];
  ({ secret } = await made.admin.createApiKey({
    label: 'desk',
    roles,
    actorId: 'desk',
    idempotencyKey: 'k',
  }));
  tenant = made.tenantId;
  await before.stop();
  service = await ground.serve({
    VOUCH_API_KEYS: 'on',
    VOUCH_JWT_ISSUER: provider.issuer,
    VOUCH_JWT_AUDIENCE: provider.audience,
    VOUCH_JWT_JWKS_URL: provider.url,
  });
});

test.after.always('stop it', async () => {
  await service.stop();
  await provider.stop();
  await ground.close();
});

/** Where a browser may keep what a page knows. */
const kept = (page: Page): Promise<readonly string[]> =>
  page.evaluate(
    '[...Object.values(localStorage), ...Object.values(sessionStorage), document.cookie, location.href]',
  );

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

test.serial(
  'a wrong token is refused; an API key is kept for the tab alone, until signing out',
  async (t) => {
    const page = await newPage();
    await page.goto(`http://${service.httpAddress}/console/`);
    await signIn(page, 'no such key');
    await page.getByText('The service does not know this token').waitFor();
    await assertSound(t, page, 'a token that is refused');
    t.deepEqual(
      (await kept(page)).filter((each) => each.includes('no such key')),
      [],
    );

    await signIn(page, secret);
    await page.getByRole('heading', { name: 'What would you like to do?' }).waitFor();
    await page.getByText('Administrator').waitFor();
    const holding = (await kept(page)).filter((each) => each.includes(secret));
    t.deepEqual(
      holding.map((each) => (JSON.parse(each) as { token: string }).token),
      [secret],
    );
    t.deepEqual(await page.evaluate('[Object.keys(sessionStorage), document.cookie]'), [
      ['vouch.identity'],
      '',
    ]);
    const other = await page.context().newPage();
    await other.goto(`http://${service.httpAddress}/console/`);
    await other.getByLabel('Token').waitFor();
    await page.reload();
    await page.getByText('Administrator').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
    t.false((await kept(page)).some((each) => each.includes(secret)));
    t.is(await page.getByLabel('Token').inputValue(), '');
    await page.context().close();
  },
);

test.serial(
  'a token that expires in mid-work is told, and after signing in anew one is where one was',
  async (t) => {
    t.timeout(60_000);
    const page = await newPage();
    await page.goto(`http://${service.httpAddress}/console/#/speakers/kim`);
    const claims = { tenant, roles: ['administrator'], sub: 'ann' };
    const now = Math.floor(Date.now() / 1000);
    await signIn(page, await provider.token({ ...claims, iat: now - 60, exp: now - 40 }));
    await page.getByText('The service does not know this token').waitFor();

    // Good for 30 s after its end, since clocks differ.
    const short = await provider.token({ ...claims, iat: now - 60, exp: Math.floor(Date.now() / 1000) - 24 });
    await signIn(page, short);
    await page.getByRole('button', { name: 'Set the account…' }).click();
    await page.getByLabel('Account id').fill('household');
    const isGood = async () => {
      const address = `http://${service.httpAddress}/vouch.v1.AdminService/GetPrincipal`;
      const headers = { authorization: `Bearer ${short}`, 'content-type': 'application/json' };
      return (await fetch(address, { method: 'POST', headers, body: '{}' })).ok;
    };
    while (await isGood()) await sleep(200);
    await answer(page, 'Set');
    await page.getByRole('dialog').getByText('You are not signed in any more.').waitFor();
    t.is(await page.getByLabel('Account id').inputValue(), 'household');
    await assertSound(t, page, 'not signed in any more');
    await answer(page, 'Sign in again');
    t.false((await kept(page)).some((each) => each.includes(short)));
    await signIn(page, await provider.token(claims));
    await page.getByRole('heading', { name: 'kim', level: 1, includeHidden: true }).waitFor();
    t.is(await page.getByLabel('Account id').inputValue(), 'household', 'nothing that was entered is lost');
    await answer(page, 'Set');
    await waitForWords(page, 'The account is set.');

    // Somebody else at the same tab finds nothing of it.
    await page.goto(`http://${service.httpAddress}/console/#/consent?speaker=kim`);
    await page.getByLabel('Where the evidence is').fill('archive/4711');
    await page.route('**/RecordConsent', (route) =>
      route.fulfill({ status: 401, json: { error: { code: 401, status: 'UNAUTHENTICATED' } } }),
    );
    await page.getByLabel('Verify: make, keep').selectOption('Yes');
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await signIn(page, await provider.token({ ...claims, sub: 'bob' }));
    t.is(await page.getByLabel('Where the evidence is').inputValue(), '');
    await page.context().close();
  },
);
