import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Role } from '../../src/domain/principal.js';
import type { StateName } from '../../web/badge/view.js';
import type { TestService } from './ground.js';

/** What the service's own pages are allowed (src/transport/http/headers.ts): an embedding page may be as strict. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";

export interface Looker {
  readonly tenantId: string;
  readonly role?: Role;
  readonly actor?: string;
  /** The customer that the page has open. */
  readonly speakerId?: string;
}

/** A page of an agent desktop that embeds the badge as docs/badge.md says. */
export class BadgePage {
  readonly badge: Locator;

  private constructor(readonly page: Page) {
    this.badge = page.locator('vouch-badge');
  }

  static async open(page: Page, service: TestService, callId: string, looker: Looker): Promise<BadgePage> {
    const { tenantId, role = 'AGENT', actor = 'agent-7', speakerId = '' } = looker;
    const identity = JSON.stringify({ tenant: tenantId, role, actor });
    const origin = `http://${service.httpAddress}`;
    await page.route(`${origin}/embed.html`, (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': POLICY },
        body: `<!doctype html><html lang="en"><title>Desktop</title><main><h1>Desktop</h1>
          <vouch-badge jurisdiction="EU" speaker-id="${speakerId}"></vouch-badge></main><script type="module" src="/embed.js"></script></html>`,
      }),
    );
    await page.route(`${origin}/embed.js`, (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `import '/badge/vouch-badge.js';
          const badge = document.querySelector('vouch-badge');
          badge.identity = ${identity};
          badge.callId = ${JSON.stringify(callId)};
          globalThis.told = [];
          badge.addEventListener('vouch-state', ({ detail }) => told.push(detail));`,
      }),
    );
    await page.goto(`${origin}/embed.html`);
    return new BadgePage(page);
  }

  /** Waits until the badge shows a state. */
  async shows(state: StateName): Promise<void> {
    const shown = this.page.locator(`vouch-badge[state="${state}"]`);
    await shown.waitFor({ state: 'attached', timeout: 20_000 }).catch(async (cause: unknown) => {
      throw new Error(`It shows ${await this.badge.getAttribute('state')}, not ${state}.`, { cause });
    });
  }

  /** All that it says, as a person reads it. */
  async text(): Promise<string> {
    return this.badge.locator('.badge').innerText();
  }

  /** What a screen reader was told last, at once or when convenient. */
  async announced(how: 'status' | 'alert'): Promise<string> {
    return (await this.badge.locator(`.visually-hidden[role=${how}]`).textContent()) ?? '';
  }

  /** Another call, and what the page shows in the same turn. */
  async goTo(callId: string): Promise<{ state: string; text: string }> {
    return this.page.evaluate(
      `(async () => {
        const badge = document.querySelector('vouch-badge');
        badge.callId = ${JSON.stringify(callId)};
        await badge.updateComplete;
        return { state: badge.getAttribute('state'), text: badge.shadowRoot.textContent };
      })()`,
    );
  }

  /** The states that the page was told of, in order. */
  async told(): Promise<readonly { readonly callId: string; readonly state: StateName }[]> {
    return this.page.evaluate('told');
  }

  /** Presses a button of the badge, or one of its forms, by its text. */
  async press(name: string): Promise<void> {
    await this.badge.getByRole('button', { name, exact: true }).click();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** Opens browsers' pages; see browserOfFile. */
export type NewPage = (options?: BrowserContextOptions) => Promise<Page>;
