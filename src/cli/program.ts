import { CommanderError, type Command } from 'commander';
import { newCommand } from './command.js';
import { auditCommand } from './commands/audit.js';
import { calibrateCommand } from './commands/calibrate.js';
import { calibrationCommand } from './commands/calibration.js';
import { callCommand } from './commands/call.js';
import { consentCommand } from './commands/consent.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { enrolCommand } from './commands/enrol.js';
import { evaluateCommand } from './commands/evaluate.js';
import { healthCommand } from './commands/health.js';
import { keysCommand } from './commands/keys.js';
import { migrateCommand } from './commands/migrate.js';
import { noticeCommand } from './commands/notice.js';
import { outcomeCommand } from './commands/outcome.js';
import { policyCommand } from './commands/policy.js';
import { retentionCommand } from './commands/retention.js';
import { scrubCommand } from './commands/scrub.js';
import { serveCommand } from './commands/serve.js';
import { speakersCommand } from './commands/speakers.js';
import { apiKeyCommand } from './commands/api-key.js';
import { tenantCommand } from './commands/tenant.js';
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
    await program().parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    // Help and the version come this way too; they were printed already.
    if (error instanceof CommanderError && PRINTED.has(error.code)) return error.exitCode;
    complain(error, { json: argv.includes('--json'), debug: argv.includes('--debug') });
    return 1;
  }
}

const PRINTED = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

function program(): Command {
  const root = newCommand('vouch', 'Voice authentication for calls. Start with `vouch demo`.')
    .version(release())
    // `--version` of `notice publish` is the notice's.
    .enablePositionalOptions();
  const here = [
    serveCommand(),
    demoCommand(),
    doctorCommand(),
    migrateCommand(),
    scrubCommand(),
    tenantCommand(),
    apiKeyCommand(),
    evaluateCommand(),
    calibrateCommand(),
  ];
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
  root.commandsGroup('On this machine:');
  for (const command of here) root.addCommand(command);
  root.commandsGroup('Asking a running service:');
  for (const command of asking) root.addCommand(command);
  return root;
}
