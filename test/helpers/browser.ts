import { AxeBuilder } from '@axe-core/playwright';
import type { ExecutionContext } from 'ava';
import test from 'ava';
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

/** Fails for whatever axe finds on the page as it is: WCAG 2.2 A and AA, and its best practices. */
export async function assertAccessible(t: ExecutionContext, page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary ?? ''})`).join('; ')}`,
  );
  t.deepEqual(found, [], what);
}
