import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { VouchService } from '../../service.js';
import { localCommand, type CommonOptions } from '../command.js';
import { connected } from '../connection.js';
import { createTenant } from '../create-tenant.js';
import { readFixtures } from '../demo/fixtures.js';
import { prepare } from '../demo/prepare.js';
import { asExpected, playAll, type Row } from '../demo/run.js';
import { allScenes } from '../demo/scenes.js';
import { describeResult, describeRow, describeRows } from '../demo/show.js';
import { LiveLine } from '../live-line.js';
import { seconds } from '../output.js';
import { stopSignal } from '../stop-signal.js';

/** Of its own, and any port: a service that runs beside it is not disturbed. What else the environment says counts more. */
const DEFAULTS = {
  VOUCH_ADDRESS: '127.0.0.1:0',
  VOUCH_METRICS_ADDRESS: 'off',
  VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
  VOUCH_DATA_DIR: '.vouch/demo',
  VOUCH_LOG_LEVEL: 'error',
  VOUCH_MAXIMUM_RECORDINGS: '4',
};

/** Its people are made up: they have no business in a real database, nor their keys in a real keyring. */
const NOT_FOR_THE_DEMO = ['DATABASE_URL', 'VOUCH_KEYRING_FILE', 'VOUCH_KEYRING', 'VOUCH_TRANSIT_URL'];

/** `vouch demo`: the whole job on real speech. */
export function demoCommand(): Command {
  return localCommand(
    'demo',
    'enrol real voices in a database of its own, play calls against right and wrong claims (exit code 2: not as expected)',
  ).action(async (options: CommonOptions) => {
    const rows = await demo(options.json === true ? silent : console.log);
    if (options.json === true) console.log(JSON.stringify({ calls: rows }));
    if (!rows.every(asExpected)) process.exitCode = 2;
  });
}

type Say = (text: string) => void;
const silent: Say = () => undefined;

async function demo(say: Say): Promise<Row[]> {
  const signal = stopSignal();
  const service = await VouchService.create(readConfig(undefined, DEFAULTS, NOT_FOR_THE_DEMO));
  try {
    const { host, port } = await service.start();
    const tenant = `demo-${randomBytes(4).toString('hex')}`;
    // The same recordings are its calls again and again.
    await createTenant(service.tenants, tenant, 0, { replayedCalls: 'ADVISORY' });
    say(`service ${host}:${port}, tenant ${tenant}`);
    return await connected({ address: `${host}:${port}`, tenant }, async (connection) => {
      const fixtures = await readFixtures();
      signal.throwIfAborted();
      await prepare(connection, fixtures, ({ speakerId, netSpeechMs }) => {
        say(`  enrolled ${speakerId}, ${seconds(netSpeechMs)} of net speech`);
        signal.throwIfAborted();
      });
      const scenes = allScenes(fixtures);
      const line = new LiveLine(process.stdout);
      const rows = await playAll(scenes, { connection, signal }, (row, done) => {
        if (say === silent) return;
        line.write(describeRow(row));
        line.show(`${done} of ${scenes.length}`);
      });
      line.clear();
      say(`\n${describeRows(rows)}\n\n${describeResult(rows, fixtures.credits)}`);
      return rows;
    });
  } finally {
    await service.stop();
  }
}
