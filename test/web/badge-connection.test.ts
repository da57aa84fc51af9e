import test from 'ava';
import type { Page } from 'playwright-core';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { BadgePage } from '../helpers/badge-page.js';
import { browserOfFile } from '../helpers/browser.js';
import type { TestTenant } from '../helpers/caller.js';
import { Ground, type TestService } from '../helpers/ground.js';

const newPage = browserOfFile();
let ground: Ground;
let service: TestService;
let tenant: TestTenant;

test.serial.before(async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  service = await ground.serve();
  tenant = await service.tenant();
  await tenant.enrol('allison_en');
});
test.after.always(async () => {
  await service.stop();
  await ground.close();
});

/** A call that was accepted. */
async function acceptedCall() {
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav', 0, 8000);
  await call.event('decision', ({ kind }) => kind === DecisionKind.ACCEPT);
  return call;
}

test.serial('reloaded, and in two tabs, the badge shows what holds', async (t) => {
  const call = await acceptedCall();
  const one = await BadgePage.open(await newPage(), service, call.callId, tenant);
  await one.shows('verified');
  await one.page.reload();
  await one.shows('verified');
  const two = await BadgePage.open(await one.page.context().newPage(), service, call.callId, tenant);
  await two.shows('verified');
  await two.press('Check again');
  await two.badge.getByText('Checked again.').waitFor();
  const focus = await one.page.evaluate(`(async () => {
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    const badge = document.querySelector('vouch-badge');
    badge.focusOn('[data-offer=evaluate]');
    await badge.updateComplete;
    await new Promise(requestAnimationFrame);
    const elsewhere = document.activeElement === field;
    field.blur();
    badge.focusOn('[data-offer=evaluate]');
    await badge.updateComplete;
    await new Promise(requestAnimationFrame);
    return { elsewhere, free: document.activeElement === badge };
  })()`);
  t.deepEqual(focus, { elsewhere: true, free: true });
  await call.end();
  await one.shows('ended');
  await two.shows('ended');
  t.regex(await one.text(), /It ended with: Verified\./);
  await one.close();
});

test.serial('another call drops the one before in the same turn, and nothing of it comes back', async (t) => {
  const accepted = await acceptedCall();
  const other = tenant.open(['allison_en']);
  await other.event('decision');
  const desk = await BadgePage.open(await newPage(), service, accepted.callId, tenant);
  await desk.shows('verified');
  for (let round = 0; round < 5; round++) {
    const seen = await desk.goTo(other.callId);
    t.is(seen.state, 'connecting');
    t.notRegex(seen.text, /Verified/);
    await desk.goTo(accepted.callId);
  }
  await desk.goTo(other.callId);
  await desk.shows('listening');
  await accepted.speech('allison_en/call-1.wav', 8000);
  await accepted.end();
  const told = await desk.told();
  t.deepEqual(
    told.filter(({ callId, state }) => callId === other.callId && state === 'verified'),
    [],
  );
  t.is(await desk.badge.getAttribute('state'), 'listening');
  const detached = await desk.page.evaluate(`(async () => {
    const badge = document.querySelector('vouch-badge');
    badge.callId = 'x';
    badge.remove();
    await badge.updateComplete;
    return badge.view.state;
  })()`);
  t.is(detached, 'idle', 'out of the page it follows nothing');
  const language = await desk.page.evaluate(`(async () => {
    document.documentElement.lang = 'de';
    const root = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
    const badge = root.appendChild(document.createElement('vouch-badge'));
    for (let tries = 0; tries < 100 && !badge.shadowRoot.querySelector('[lang]'); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return badge.shadowRoot.querySelector('[lang]')?.lang;
  })()`);
  t.is(language, 'de', 'in a shadow root the language is that of the page');
  await other.end();
  await desk.close();
});

test.serial('without a network there is no result; with one there is again', async (t) => {
  const call = await acceptedCall();
  const desk = await BadgePage.open(await newPage(), service, call.callId, tenant);
  await desk.shows('verified');
  await desk.page.context().setOffline(true);
  await desk.shows('connection-lost');
  t.notRegex(await desk.text(), /Verified/);
  t.regex(await desk.announced('alert'), /^Connection lost\./);
  await desk.page.context().setOffline(false);
  await desk.shows('verified');
  await call.end();
  await desk.close();
});

/** The pauses between questions whether a call is there, by call, ms of the page's clock, with the service away for two minutes. */
async function pausesWithoutService(page: Page, callIds: readonly string[]): Promise<readonly number[][]> {
  const [first, second] = callIds.map((callId) => JSON.stringify(callId));
  await page.evaluate(`{
    const { fetch } = globalThis;
    globalThis.asked = {};
    globalThis.fetch = (url, { body }) => {
      const { callId } = JSON.parse(body);
      if (url.endsWith('/GetCall')) (asked[callId] ??= []).push(Date.now());
      return Promise.reject(new TypeError('Failed to fetch'));
    };
    globalThis.serviceIsBack = () => { globalThis.fetch = fetch; };
    dispatchEvent(new Event('offline'));
    const badge = document.querySelector('vouch-badge');
    const twin = badge.cloneNode();
    twin.identity = badge.identity;
    badge.callId = ${first};
    twin.callId = ${second};
    badge.after(twin);
  }`);
  await page.clock.runFor(120_000);
  const asked = await page.evaluate<Readonly<Record<string, number[]>>>(
    "document.querySelectorAll('vouch-badge')[1].remove(), asked",
  );
  return callIds.map((callId) => {
    const times = asked[callId] ?? [];
    return times.slice(1).map((at, index) => at - (times[index] ?? NaN));
  });
}

test.serial(
  'a service that is away is asked after longer and longer pauses, each badge its own',
  async (t) => {
    const accepted = await acceptedCall();
    const other = tenant.open(['allison_en']);
    await other.event('decision');
    const page = await newPage();
    await page.clock.install();
    const desk = await BadgePage.open(page, service, accepted.callId, tenant);
    await desk.shows('verified');
    const all = await pausesWithoutService(page, [other.callId, 'of-the-twin']);
    for (const pauses of all) {
      t.true(pauses.length >= 10, pauses.join());
      for (const [failures, pause] of pauses.entries()) {
        const longest = Math.min(15_000, 500 * 2 ** failures);
        t.true(pause >= longest / 2 - 1 && pause <= longest + 1, `${pause} after ${failures}`);
      }
    }
    t.notDeepEqual(all[0], all[1]);
    await desk.shows('service-down');
    await page.evaluate('serviceIsBack()');
    await page.clock.runFor(16_000);
    await desk.shows('listening');
    const told = await desk.told();
    t.deepEqual(
      told.filter(({ callId, state }) => callId !== accepted.callId && state === 'verified'),
      [],
    );
    await accepted.end();
    await other.end();
    await desk.close();
  },
);

test.serial('after a machine slept, or its clock was set, all is asked anew', async (t) => {
  const call = await acceptedCall();
  const page = await newPage();
  await page.clock.install();
  const desk = await BadgePage.open(page, service, call.callId, tenant);
  await desk.shows('verified');
  const setClock = async (hours: number, fromMs: number) => {
    const again = page.waitForRequest(/GetCall$/, { timeout: 20_000 });
    await page.clock.setSystemTime(Date.now() + hours * 3_600_000);
    await call.speech('allison_en/call-1.wav', fromMs, fromMs + 1500);
    await t.notThrowsAsync(again);
  };
  await setClock(-1, 8000);
  await desk.shows('verified');
  await setClock(1, 9500);
  await call.end();
  await desk.shows('ended');
  await desk.close();
});

test.serial('a service that stops and starts again', async (t) => {
  const call = await acceptedCall();
  const desk = await BadgePage.open(await newPage(), service, call.callId, tenant);
  await desk.shows('verified');
  const { httpAddress } = service;
  await service.stop();
  const lost = await desk.badge.getAttribute('state');
  t.true(lost === 'connection-lost' || lost === 'service-down' || lost === 'ended', lost ?? '');
  t.notRegex(await desk.text(), /You may skip/);
  service = await ground.serve({ VOUCH_HTTP_ADDRESS: httpAddress });
  tenant = service.tenantOf(tenant.tenantId);
  const next = await acceptedCall();
  await desk.goTo(next.callId);
  await desk.shows('verified');
  await next.end();
  await desk.close();
});
