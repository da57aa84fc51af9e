import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import type { Role } from '../../src/domain/principal.js';
import { assertAccessibleInThemes } from './browser.js';
import type { TestService } from './ground.js';

export interface Signed {
  readonly tenantId: string;
  readonly role?: Role;
  readonly actor?: string;
}

/** Opens the console at an address, as somebody who signed in before. */
export async function openConsole(
  page: Page,
  service: TestService,
  { tenantId, role = 'ADMINISTRATOR', actor = 'kim' }: Signed,
  hash = '#/',
): Promise<void> {
  page.setDefaultTimeout(30_000); // The machine may be busy with other tests.
  const identity = JSON.stringify({ token: '', tenant: tenantId, role, actor });
  await page.addInitScript(`sessionStorage.setItem('vouch.identity', ${JSON.stringify(identity)})`);
  await page.goto(`http://${service.httpAddress}/console/${hash}`);
  await settled(page);
}

/** Goes to another address of the console, as a link would. */
export async function go(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await settled(page);
}

/** Waits until the page has its heading and nothing is being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  // What is loaded may bring parts that load in turn.
  while ((await page.locator('.loading').count()) > 0) await sleep(50);
}

/** Fails for whatever axe finds in either theme, and where the page is wider than the window. */
export async function assertSound(t: ExecutionContext, page: Page, what: string): Promise<void> {
  await assertAccessibleInThemes(t, page, what);
  await assertFits(t, page, what);
}

/** Fails where the page is wider than the window. */
export async function assertFits(t: ExecutionContext, page: Page, what: string): Promise<void> {
  const [content = 0, window = 0] = await page.evaluate<number[]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  );
  t.true(content <= window, `${what}: ${content} px in ${window} px`);
}

/** Waits until the status line says so. */
export async function waitForWords(page: Page, words: string): Promise<void> {
  await page.locator('.toast', { hasText: words }).waitFor();
}

/** Presses a button of the open dialog. */
export async function answer(page: Page, button: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
}

/** The element that has the focus, for example `H1 kim`. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active.tagName + ' ' + active.textContent.trim();
  })()`);
}
