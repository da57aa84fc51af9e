import type { Command } from 'commander';
import { serveCommand } from './commands/serve.js';
import { demoCommand } from './commands/demo.js';
import { doctorCommand } from './commands/doctor.js';
import { migrateCommand } from './commands/migrate.js';
import { scrubCommand } from './commands/scrub.js';
import { tenantCommand } from './commands/tenant.js';
import { apiKeyCommand } from './commands/api-key.js';
import { evaluateCommand } from './commands/evaluate.js';
import { calibrateCommand } from './commands/calibrate.js';

/** The commands that need no running service, in the order in which help tells them. */
export function localCommands(): Command[] {
  return [
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
}
