import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';
import { serviceOfFile } from '../helpers/ground.js';

const page = await readFile(join(ROOT, 'docs/http.md'), 'utf8');
const examples = [...page.matchAll(/```sh\n(?<code>.*?)```/gs)].map((match) => match.groups?.['code'] ?? '');
const service = serviceOfFile();

/** Runs an example of the page against a service and a tenant of the test's own. */
async function run(tenantId: string, naming: string): Promise<string> {
  const example = examples.find((code) => code.includes(naming));
  if (example === undefined) throw new Error(`The page has no example with ${naming}.`);
  const script = example
    .replaceAll('127.0.0.1:8080', service().httpAddress)
    .replace(/\bcurl /, `curl -H 'vouch-tenant: ${tenantId}' `)
    .replace(/\bkim\.wav\b/, join(ROOT, 'fixtures/allison_en/enrol.wav'));
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { timeout: 30_000 });
  return stdout;
}

test('the examples of docs/http.md do what they say', async (t) => {
  t.timeout(60_000);
  const tenant = await service().tenant();
  const { tenantId } = tenant;
  t.like(JSON.parse(await run(tenantId, 'GetPrincipal')), { tenantId, roles: ['ROLE_ADMINISTRATOR'] });
  t.false('error' in (JSON.parse(await run(tenantId, 'OptOut')) as object));
  const shown = /```json\n(?<error>.*?)```/s.exec(page)?.groups?.['error'] ?? '';
  t.deepEqual(JSON.parse(await run(tenantId, 'GetSpeaker')), JSON.parse(shown));

  const call = tenant.open([], { callId: 'call-1' });
  t.is(await call.end(), null);
  const events = await run(tenantId, 'WatchCall');
  t.regex(events, /^event: message\ndata: \{"event":/);
  t.regex(events, /event: end\ndata: \{\}\n\n$/);

  await tenant.grant('kim');
  // The example says when it was recorded in whole seconds, and that must be after the grant.
  await sleep(1100);
  const enrolled = await run(tenantId, 'EnrolFromRecording');
  t.like(JSON.parse(enrolled), { voiceprint: { speakerId: 'kim' } }, enrolled);
  t.is(examples.length, 5);
});
