import type { Command } from 'commander';
import { readConfig } from '../../config.js';
import { VouchService } from '../../service.js';
import { localCommand, type CommonOptions } from '../command.js';
import type { Connection } from '../connection.js';
import { withDemoTenant } from '../demo/beside.js';
import type { Fixtures } from '../demo/fixtures.js';
import { desktopAddress, playLive } from '../demo/live.js';
import { asExpected, playAll, type Row } from '../demo/run.js';
import { allScenes } from '../demo/scenes.js';
import { describeResult, describeRow, describeRows } from '../demo/show.js';
import { wholeNumber } from '../options.js';
import { LiveLine } from '../live-line.js';
import { atMost, stopSignal } from '../stop-signal.js';

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

/** Where nobody sits at a terminal the live calls go on for so long, s. */
const STAY_S = 60;

interface DemoOptions extends CommonOptions {
  /** How long live calls are played after the table, s. */
  readonly stay?: number;
  /** False: no table, the live calls at once. */
  readonly table: boolean;
}

/** `vouch demo`: the whole job on real speech, then live calls for the agent desktop. */
export function demoCommand(): Command {
  return localCommand(
    'demo',
    'enrol real voices in a database of its own, play calls against right and wrong claims (exit code 2: not as expected), ' +
      'then play live calls for the agent desktop in a browser',
  )
    .option(
      '--stay <seconds>',
      `how long to play live calls (default: at a terminal until Ctrl-C, else ${STAY_S}; none with --json)`,
      wholeNumber(0),
    )
    .option('--no-table', 'only the live calls')
    .action(async (options: DemoOptions) => {
      const rows = await demo(options);
      if (!rows.every(asExpected)) process.exitCode = 2;
    });
}

type Say = (text: string) => void;
const silent: Say = () => undefined;

async function demo(options: DemoOptions): Promise<readonly Row[]> {
  const say = options.json === true ? silent : console.log;
  const signal = stopSignal();
  const service = await VouchService.create(readConfig(undefined, DEFAULTS, NOT_FOR_THE_DEMO));
  try {
    const { host, port, http } = await service.start();
    return await withDemoTenant(service, `${host}:${port}`, say, signal, async (ground) => {
      const { connection, fixtures, tenant } = ground;
      const rows = options.table ? await playTable(connection, fixtures, say, signal) : [];
      if (options.json === true) console.log(JSON.stringify({ calls: rows }));
      await stay(options, connection, fixtures, desktopAddress(http, tenant), say, signal);
      return rows;
    });
  } finally {
    await service.stop();
  }
}

/** All scenes, as fast as may be, and the table of what came of them. */
async function playTable(
  connection: Connection,
  fixtures: Fixtures,
  say: Say,
  signal: AbortSignal,
): Promise<readonly Row[]> {
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
}

/** Live calls, as an agent sees them. */
async function stay(
  { json, stay: asked }: DemoOptions,
  connection: Connection,
  fixtures: Fixtures,
  address: string,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const atTerminal = process.stdout.isTTY && asked === undefined;
  const forS = asked ?? (json === true ? 0 : STAY_S);
  if (forS === 0) return;
  const until = atTerminal ? 'until Ctrl-C' : `for ${forS} s`;
  say(`\nLive calls, as an agent sees them, ${until}: ${address}`);
  await playLive(connection, fixtures, atTerminal ? signal : atMost(signal, forS * 1000));
}
