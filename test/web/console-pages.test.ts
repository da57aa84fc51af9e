import test from 'ava';
import type { Page } from 'playwright-core';
import { Imports } from '../helpers/batch.js';
import { browserOfFile, WIDTHS } from '../helpers/browser.js';
import { assertFits, assertSound, go, openConsole, settled } from '../helpers/console.js';
import { fillConsole, ROUTES } from '../helpers/console-routes.js';
import { serviceOfFile } from '../helpers/ground.js';

const imports = new Imports();
const service = serviceOfFile({ VOUCH_IMPORT_DIR: imports.directory, VOUCH_TRANSFERS: 'on' });
const newPage = browserOfFile();

test.after.always('remove the imports', () => imports.remove());

/** By role. */
const pages = new Map<string, Page>();

test.serial.before('something to see', async () => {
  const tenant = await service().tenant();
  await fillConsole(tenant);
  await imports.copy(tenant.tenantId, ['allison_en/enrol.wav']);
  for (const role of ['ADMINISTRATOR', 'PRIVACY_OFFICER'] as const) {
    const page = await newPage({ reducedMotion: 'reduce', viewport: { width: WIDTHS[0], height: 800 } });
    await openConsole(page, service(), { tenantId: tenant.tenantId, role });
    pages.set(role, page);
  }
});

test.serial('the console has these pages and no others', async (t) => {
  const paths = await pages
    .get('ADMINISTRATOR')
    ?.evaluate<string[]>("customElements.get('vouch-console').pages.map(({ path }) => path)");
  t.deepEqual(paths?.toSorted(), Object.keys(ROUTES).toSorted());
});

for (const [path, { role = 'ADMINISTRATOR', reach }] of Object.entries(ROUTES)) {
  test.serial(`${path}, and each of its dialogs, is accessible in both themes and fits`, async (t) => {
    t.timeout(120_000);
    const page = pages.get(role);
    if (!page) return t.fail();
    await (reach ? reach(page) : go(page, `#/${path}`));
    await settled(page);
    for (const details of (await page.locator('details summary').all()).slice(0, 2)) await details.click();
    await assertSound(t, page, path);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await assertFits(t, page, `${path} at ${width} px`);
    }
    await page.setViewportSize({ width: WIDTHS[0], height: 800 });
    for (const name of await dialogs(page))
      await lookInto(name, page, () => assertSound(t, page, `${path}: ${name}`));
  });
}

/** What the buttons say that ask before they do something: it ends with an ellipsis. One of each kind. */
async function dialogs(page: Page): Promise<string[]> {
  const names = await page.getByRole('main').locator('button:enabled', { hasText: /…\s*$/ }).allInnerTexts();
  return [...new Set(names.map((name) => name.trim()))];
}

/** Opens the dialog, shows what is missing in it where something is, and leaves it. */
async function lookInto(name: string, page: Page, look: () => Promise<void>): Promise<void> {
  await page.getByRole('main').locator('button', { hasText: name }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  // Sent as it is: what has fields that must be filled in says so.
  const required = dialog.locator('[aria-required=true]');
  if ((await required.evaluateAll("(all) => all.some(({ value }) => value === '')")) === true) {
    await dialog.locator('button[type=submit]').click();
    await dialog.locator('.problem').first().waitFor();
  }
  await look();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}
