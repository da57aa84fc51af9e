import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openDirectory, vouch } from '../helpers/binary.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Ground, type TestService } from '../helpers/ground.js';

let directory: Awaited<ReturnType<typeof openDirectory>>;
let ground: Ground;
let service: TestService;
test.before('a service', async () => {
  directory = await openDirectory();
  ground = await Ground.make();
  service = await ground.serve();
});
test.after.always('stop', async () => {
  await service.stop();
  await ground.close();
  await directory.remove();
});

/** A tenant whose trail has eight entries, and somebody who may do with the tables what their owner may. */
async function eightEntries() {
  const tenant = await service.tenant();
  for (const speakerId of ['a', 'b', 'c', 'd', 'e']) await tenant.grant(speakerId);
  const owner = async (...statements: string[]) => {
    for (const statement of statements)
      await asOwner(ground.postgres.url, statement.replaceAll('LEDGER', 'vouch.ledger'), [tenant.tenantId]);
  };
  return { tenant, owner };
}

async function audit({ tenantId }: TestTenant, ...args: string[]) {
  return vouch(['audit', ...args, '--address', service.address, '--tenant', tenantId]);
}

async function verify(t: ExecutionContext, tenant: TestTenant, problem: string, ...args: string[]) {
  const { code, stdout, stderr } = await audit(tenant, 'verify', ...args);
  t.is(code, 2, stderr);
  t.regex(stdout.replaceAll(/ +/g, ' '), new RegExp(problem));
}

test.serial('verify names a changed field', async (t) => {
  const { tenant, owner } = await eightEntries();
  await owner(`UPDATE LEDGER SET body = '{}' WHERE tenant_id = $1 AND position = 5`);
  await verify(t, tenant, 'first bad entry 5\nproblem CHANGED\nentry .*\ntype CONSENT_RECORDED');
});

test.serial('verify names a deleted row', async (t) => {
  const { tenant, owner } = await eightEntries();
  await owner('DELETE FROM vouch.consent_details WHERE tenant_id = $1');
  await owner('DELETE FROM LEDGER WHERE tenant_id = $1 AND position = 5');
  await verify(t, tenant, 'first bad entry 5\nproblem MISSING');
});

test.serial('verify names swapped rows', async (t) => {
  const { tenant, owner } = await eightEntries();
  await owner(
    'UPDATE LEDGER SET position = 50 WHERE tenant_id = $1 AND position = 5',
    'UPDATE LEDGER SET position = 5 WHERE tenant_id = $1 AND position = 6',
    'UPDATE LEDGER SET position = 6 WHERE tenant_id = $1 AND position = 50',
  );
  await verify(t, tenant, 'first bad entry 5\nproblem MOVED');
});

test.serial('verify names a forged entry', async (t) => {
  const { tenant, owner } = await eightEntries();
  await owner(
    `UPDATE LEDGER SET actor_role = 'AUDITOR' WHERE tenant_id = $1 AND position = 5`,
    'UPDATE LEDGER SET hash = vouch.ledger_hash(ledger) WHERE tenant_id = $1 AND position = 5',
  );
  await verify(t, tenant, 'first bad entry 5\nproblem FORGED');
});

test.serial(
  'verify names where a tail was cut, against an anchor, and without one says what cannot be told',
  async (t) => {
    const { tenant, owner } = await eightEntries();
    const file = join(directory.path, 'anchor.json');
    const key = join(directory.path, 'key.pem');
    const exported = await audit(tenant, 'anchor', '--public-key', key);
    await writeFile(file, exported.stdout);
    const whole = await audit(tenant, 'verify', '--anchor', file, '--public-key', key);
    t.is(whole.code, 0, whole.stderr);
    t.regex(whole.stdout, /anchored +yes, at 9/);
    await owner(
      'DELETE FROM vouch.consent_details WHERE tenant_id = $1',
      'DELETE FROM LEDGER WHERE tenant_id = $1 AND position > 5',
      'UPDATE vouch.ledger_heads h SET position = 5, hash = l.hash FROM LEDGER l WHERE h.tenant_id = $1 AND l.tenant_id = $1 AND l.position = 5',
    );
    // A verification is an entry, too, and takes the place of what was cut: against the anchor first.
    await verify(t, tenant, 'first bad entry 6\nproblem MISSING', '--anchor', file);
    const without = await audit(tenant, 'verify');
    t.is(without.code, 0);
    t.regex(without.stdout, /anchored +no: without an anchor a cut tail/);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"position": 9', '"position": 5'));
    const forged = await audit(tenant, 'verify', '--anchor', file, '--public-key', key);
    t.regex(forged.stderr, /ANCHOR_INVALID/);
  },
);

test.serial('entries, readers and overrides are shown, as an auditor', async (t) => {
  const { tenant } = await eightEntries();
  await tenant.as('AGENT').enrolment.getSpeaker({ speakerId: 'a' });
  const listed = await audit(tenant, 'list', '--speaker', 'a', '--kind', 'read,consent');
  t.regex(listed.stdout, /SPEAKER_READ +test +AGENT +a[^]*CONSENT_RECORDED/);
  t.regex((await audit(tenant, 'readers', 'a')).stdout, /test +AGENT +1 +0/);
  t.regex((await audit(tenant, 'overrides')).stdout, /nobody/);
  t.regex((await audit(tenant, 'unusual')).stdout, /nothing unusual/);
});
