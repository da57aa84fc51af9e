import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { Page } from 'playwright-core';
import { FORMS, HOSTILE_ID, SCRIPT_NAMES, SCRIPTS, type ScriptName } from '../helpers/badge-scripts.js';
import { ROOT } from '../helpers/binary.js';
import { assertAccessible, browserOfFile, THEMES, WIDTHS } from '../helpers/browser.js';
import { ScriptedService } from '../helpers/scripted-service.js';

const newPage = browserOfFile();
let service: ScriptedService;
test.before(async () => {
  service = await ScriptedService.start();
});
test.after.always(async () => {
  await service.stop();
});

/** A page with badges, each once it shows what it should. */
async function pageOf(
  calls: readonly ScriptName[],
  {
    theme = 'light',
    width = 1280,
    lang = 'en',
  }: { theme?: 'light' | 'dark'; width?: number; lang?: string } = {},
): Promise<Page> {
  const page = await newPage({
    colorScheme: theme,
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
  });
  await page.goto(service.page(calls, lang));
  for (const call of calls) {
    const badge = page.locator(`vouch-badge[call-id="${call}"][state="${SCRIPTS[call].state}"]`);
    await badge.waitFor({ state: 'attached' });
  }
  return page;
}

/** Of what is within the first badge. */
function styleOf(page: Page, selector: string, property: string): Promise<string> {
  const root = "document.querySelector('vouch-badge').shadowRoot";
  return page.evaluate<string>(`getComputedStyle(${root}.querySelector('${selector}')).${property}`);
}

test.serial(
  'every state is shown, is accessible in both themes, and has words and a shape of its own',
  async (t) => {
    for (const theme of THEMES) {
      service.forget();
      const page = await pageOf(SCRIPT_NAMES, { theme });
      // The details come after the state.
      await page.locator('vouch-badge[call-id="verified"] button').first().waitFor();
      const said = await page.evaluate<readonly (string | null)[]>(
        "[...document.querySelectorAll('vouch-badge')].map((each) => each.shadowRoot.querySelector('.title')?.textContent ?? null)",
      );
      const titles = new Map(SCRIPT_NAMES.map((call, at) => [SCRIPTS[call].state, said[at]]));
      t.is(titles.get('shadow'), null, 'nothing is shown in shadow mode');
      titles.delete('shadow');
      t.deepEqual([...new Set(titles.values())], [...titles.values()]);
      await assertAccessible(t, page, theme);
      await page.context().close();
    }
  },
);

test.serial('the forms are accessible in both themes', async (t) => {
  for (const theme of THEMES) {
    const page = await pageOf(Object.values(FORMS), { theme });
    for (const [offer, call] of Object.entries(FORMS)) {
      const badge = page.locator(`vouch-badge[call-id="${call}"]`);
      await badge.locator(`[data-offer=${offer}]`).click();
      await badge.locator('form button').first().waitFor();
    }
    await assertAccessible(t, page, theme);
    await page.context().close();
  }
});

test.serial('nothing is wider than the page', async (t) => {
  for (const width of WIDTHS) {
    for (const lang of ['en', 'de']) {
      service.forget();
      const page = await pageOf(SCRIPT_NAMES, { width, lang });
      await page.locator('vouch-badge[call-id="verified"] button').first().waitFor();
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      t.true(wide <= width, `${wide} px at ${width} in ${lang}`);
      await page.context().close();
    }
  }
});

test.serial('a hostile id is text, whole, and turns nothing around it', async (t) => {
  const page = await pageOf(['hostile']);
  const id = page.locator('vouch-badge bdi');
  t.is(await id.textContent(), HOSTILE_ID);
  t.is(await page.locator('vouch-badge img').count(), 0);
  t.is(await page.title(), 'Desktop');
  t.is(await styleOf(page, 'bdi', 'unicodeBidi'), 'isolate');
  await page.context().close();
});

test.serial('in German everything is said in German, and a page has texts of its own', async (t) => {
  const page = await pageOf(['verified', 'not-verified'], { lang: 'de' });
  t.is(await page.locator('vouch-badge .title').first().textContent(), 'Bestätigt');
  const button = page.locator('vouch-badge[call-id="verified"] [data-offer=evaluate]');
  await button.waitFor();
  t.is((await button.textContent())?.trim(), 'Erneut prüfen');
  await page.evaluate("document.querySelector('vouch-badge').words = { verified: 'Passt' }");
  await page.locator('vouch-badge .title', { hasText: 'Passt' }).waitFor();
  t.is(await page.locator('vouch-badge .title').nth(1).textContent(), 'Nicht bestätigt');
  await page.context().close();
});

test.serial('a page themes the badge by its properties', async (t) => {
  const page = await pageOf(['verified']);
  await page.evaluate(
    "document.querySelector('vouch-badge').style.setProperty('--vouch-good', 'rgb(1, 2, 3)')",
  );
  const colour = await styleOf(page, '.title', 'color');
  t.is(colour, 'rgb(1, 2, 3)');
  await page.context().close();
});

test.serial(
  'what to say first comes also where no progress is told, and until then nobody has answered',
  async (t) => {
    const page = await pageOf(['outbound', 'outbound-awaited']);
    await page.getByText('The heron stands in the river').waitFor();
    await page.getByText('The person asked for answered.').waitFor();
    const awaited = page.locator('vouch-badge[call-id="outbound-awaited"]');
    t.regex(await awaited.locator('.phrase[role=status]').innerText(), /^The trust phrase comes/);
    t.notRegex(await awaited.locator('.badge').innerText(), /Who answered/);
    await page.context().close();
  },
);

test.serial(
  'the badge keeps still for whoever wants that, and is seen in colours that are not its own',
  async (t) => {
    const page = await pageOf(['listening']);
    const moving = await page.evaluate<number>(
      `document.querySelector('vouch-badge').shadowRoot.adoptedStyleSheets
      .flatMap(({ cssRules }) => [...cssRules]).filter(({ style }) => style?.transitionDuration).length`,
    );
    t.is(moving, 0, 'a rule of the parts that a browser draws by itself stands where motion is no trouble');
    t.is(await styleOf(page, 'progress', 'appearance'), 'none');
    await page.emulateMedia({ forcedColors: 'active' });
    t.is(await styleOf(page, 'progress', 'appearance'), 'auto');
    await page.context().close();
  },
);

test('the script is at most 15 KB, compressed', async (t) => {
  const script = await readFile(`${ROOT}dist/web/badge/vouch-badge.js`);
  t.true(gzipSync(script, { level: 9 }).length <= 15 * 1024);
});
