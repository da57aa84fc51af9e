import { Option, type Command } from 'commander';
import { localCommand, type CommonOptions } from '../command.js';
import { CHECK_NAMES, diagnose, type CheckName } from '../doctor/diagnose.js';
import type { Finding } from '../doctor/finding.js';
import { answer } from '../output.js';

interface DoctorOptions extends CommonOptions {
  readonly certificate?: readonly string[];
  readonly only?: readonly CheckName[];
}

/** `vouch doctor`: what is wrong with a deployment, and what to do about it. */
export function doctorCommand(): Command {
  return localCommand(
    'doctor',
    'check the deployment that the environment describes, and say what to do; exit code 1 where something fails',
  )
    .option('--certificate <files...>', 'look at certificates in these files, too, such as those of a proxy')
    .addOption(new Option('--only <names...>', 'look at these only').choices(CHECK_NAMES))
    .action(async ({ certificate = [], only, ...options }: DoctorOptions) => {
      const findings = await diagnose({ certificates: certificate, ...(only && { only }) });
      const healthy = findings.every(({ status }) => status !== 'fail');
      answer(options, { healthy, findings }, describe(findings));
      if (!healthy) process.exitCode = 1;
    });
}

function describe(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const indent = ' '.repeat('warn  '.length + width + 2);
  return findings
    .flatMap(({ about, status, found, remedy }) => [
      `${status.padEnd(4)}  ${about.padEnd(width)}  ${found}`,
      ...(remedy === '' ? [] : [`${indent}→ ${remedy}`]),
    ])
    .join('\n');
}
