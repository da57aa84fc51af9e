import type { ExecutionContext } from 'ava';
import test from 'ava';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Widths that pages are looked at in: the least that is supported, a tablet, a desktop. */
export const WIDTHS = [320, 768, 1280] as const;
export const THEMES = ['light', 'dark'] as const;

/**
 * A real browser for all tests of a file; each test opens pages of its own, closed by `close` of their context.
 *
 * @param microphone a WAV file that its microphone hears; absent: beeps
 */
export function browserOfFile(microphone?: string): (options?: BrowserContextOptions) => Promise<Page> {
  let browser: Browser | undefined;
  test.serial.before('start the browser', async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
      ],
    });
  });
  test.after.always('stop the browser', async () => {
    await browser?.close();
  });
  return async (options = {}) => {
    if (!browser) throw new Error('The browser does not run.');
    const context = await browser.newContext(options);
    return context.newPage();
  };
}

/** What axe tells of a rule that something breaks. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[];
}

/** The rules whose answer hangs on colours. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * Fails for whatever axe finds on the page as it is: WCAG 2.2 A and AA, and its best practices.
 *
 * @param rules only these
 */
export async function assertAccessible(
  t: ExecutionContext,
  page: Page,
  what: string,
  rules?: readonly string[],
): Promise<void> {
  // Once a page: the script is half a megabyte.
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
  const violations = await page.evaluate<readonly Violation[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary ?? ''})`).join('; ')}`,
  );
  t.deepEqual(found, [], what);
}

/** The same in either theme: all rules in the first, in the other what hangs on colours. The elements are the same in both. */
export async function assertAccessibleInThemes(t: ExecutionContext, page: Page, what: string): Promise<void> {
  for (const [at, colorScheme] of THEMES.entries()) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(t, page, `${what}, ${colorScheme}`, at === 0 ? undefined : OF_COLOURS);
  }
}
