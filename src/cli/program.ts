import { CommanderError, type Command } from 'commander';
import { newCommand } from './command.js';
import { auditCommand } from './commands/audit.js';
import { calibrationCommand } from './commands/calibration.js';
import { callCommand } from './commands/call.js';
import { consentCommand } from './commands/consent.js';
import { enrolCommand } from './commands/enrol.js';
import { healthCommand } from './commands/health.js';
import { keysCommand } from './commands/keys.js';
import { noticeCommand } from './commands/notice.js';
import { outcomeCommand } from './commands/outcome.js';
import { policyCommand } from './commands/policy.js';
import { retentionCommand } from './commands/retention.js';
import { speakersCommand } from './commands/speakers.js';
import { verifyCommand } from './commands/verify.js';
import { voiceprintsCommand } from './commands/voiceprints.js';
import { watchCommand } from './commands/watch.js';
import { complain } from './output.js';
import { release } from '../package-root.js';

/**
 * Runs one command.
 *
 * @param argv as Node gives it: program, script, then what was typed
 * @returns the exit code: 0 done, 1 an error, 2 done, but the answer was not the one hoped for (`verify`, `demo`)
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await (await program(argv[2])).parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    // Help and the version come this way too; they were printed already.
    if (error instanceof CommanderError && PRINTED.has(error.code)) return error.exitCode;
    complain(error, { json: argv.includes('--json'), debug: argv.includes('--debug') });
    return 1;
  }
}

const PRINTED = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

async function program(asked: string | undefined): Promise<Command> {
  const root = newCommand('vouch', 'Voice authentication for calls. Start with `vouch demo`.')
    .version(release())
    // `--version` of `notice publish` is the notice's.
    .enablePositionalOptions();
  const asking = [
    noticeCommand(),
    consentCommand(),
    enrolCommand(),
    verifyCommand(),
    watchCommand(),
    callCommand(),
    outcomeCommand(),
    speakersCommand(),
    retentionCommand(),
    voiceprintsCommand(),
    policyCommand(),
    auditCommand(),
    calibrationCommand(),
    keysCommand(),
    healthCommand(),
  ];
  if (!asking.some((command) => command.name() === asked)) {
    // They bring the whole service along, which takes longer to load than most questions take to answer.
    const { localCommands } = await import('./local-commands.js');
    root.commandsGroup('On this machine:');
    for (const command of localCommands()) root.addCommand(command);
  }
  root.commandsGroup('Asking a running service:');
  for (const command of asking) root.addCommand(command);
  return root;
}
