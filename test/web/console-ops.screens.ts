import { randomUUID } from 'node:crypto';
import test from 'ava';
import { browserOfFile } from '../helpers/browser.js';
import type { TestTenant } from '../helpers/caller.js';
import { go, openConsole } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';
import { takeScreens, type Screen } from '../helpers/screens.js';

const service = serviceOfFile();
const newPage = browserOfFile();

const at = (name: string, hash: string, narrow = false): Screen => ({
  name: `console-${name}`,
  narrow,
  reach: (page) => go(page, hash),
});

/** The console's pages on operations, in the order of docs/console-operations.md. */
const SCREENS: readonly Screen[] = [
  at('board', '#/board', true),
  at('call', '#/calls/branch-12%2F0471', true),
  at('policies', '#/policies'),
  at('policy-edit', '#/policies/default/edit', true),
  at('calibrations', '#/calibrations'),
  at('audit-check', '#/audit/check'),
  at('system', '#/system'),
  at('keys', '#/keys'),
  at('api-keys', '#/api-keys'),
];

/** Those that administrators may not open. */
const TRAIL_SCREENS: readonly Screen[] = [
  at('audit', '#/audit'),
  at('access', '#/audit/access?speaker=allison_en', true),
];

test.serial('pictures of the console’s pages on operations', async (t) => {
  const tenant = await service().tenant();
  await prepare(tenant);
  const live = tenant.open(['allison_en'], { callId: 'branch-12/0471', agentId: 'anna' });
  await live.speech('allison_en/call-1.wav', 0, 5000);
  await live.heardUpTo(4000);
  for (const [screens, role, actor] of [
    [SCREENS, 'ADMINISTRATOR', 'jo.admin'],
    [TRAIL_SCREENS, 'PRIVACY_OFFICER', 'jo.officer'],
  ] as const) {
    const page = await newPage({ timezoneId: 'UTC', viewport: { width: 1280, height: 800 } });
    await openConsole(page, service(), { tenantId: tenant.tenantId, role, actor });
    await takeScreens(page, screens);
    await page.context().close();
  }
  await live.end();
  t.pass();
});

/** Some calls, told from each other by how they came out. */
async function prepare(tenant: TestTenant): Promise<void> {
  await tenant.enrol('allison_en');
  await tenant.optOut('customer-4714');
  const said: readonly (readonly [string, string])[] = [
    ['allison_en/call-1.wav', 'allison_en'],
    ['allison_en/call-2.wav', 'allison_en'],
    ['paola_it/call-1.wav', 'allison_en'],
    ['june_fr/call-1.wav', 'customer-4714'],
    ['june_fr/call-1.wav', 'customer-4715'],
  ];
  for (const [path, speakerId] of said) {
    const call = tenant.open([speakerId], { callId: `call-${randomUUID().slice(0, 8)}`, agentId: 'anna' });
    await call.speech(path);
    await call.end();
  }
}
