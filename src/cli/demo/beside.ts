import { randomBytes } from 'node:crypto';
import type { VouchService } from '../../service.js';
import { connected, type Connection } from '../connection.js';
import { createTenant } from '../create-tenant.js';
import { seconds } from '../output.js';
import { readFixtures, type Fixtures } from './fixtures.js';
import { prepare } from './prepare.js';

/** What the demo is played with: a client of its tenant, whose people are enrolled. */
export interface DemoGround {
  readonly connection: Connection;
  readonly fixtures: Fixtures;
  readonly tenant: string;
}

/**
 * Makes a tenant of its own in a running service, enrols the people of the fixtures there, and runs what is to be done with
 * them.
 *
 * @param address - of gRPC
 */
export async function withDemoTenant<T>(
  service: VouchService,
  address: string,
  say: (text: string) => void,
  signal: AbortSignal,
  run: (ground: DemoGround) => Promise<T>,
): Promise<T> {
  const tenant = `demo-${randomBytes(4).toString('hex')}`;
  // The same recordings are its calls again and again.
  await createTenant(service.tenants, tenant, 0, { replayedCalls: 'ADVISORY' });
  say(`service ${address}, tenant ${tenant}`);
  return connected({ address, tenant }, async (connection) => {
    const fixtures = await readFixtures();
    signal.throwIfAborted();
    await prepare(connection, fixtures, ({ speakerId, netSpeechMs }) => {
      say(`  enrolled ${speakerId}, ${seconds(netSpeechMs)} of net speech`);
      signal.throwIfAborted();
    });
    return run({ connection, fixtures, tenant });
  });
}
