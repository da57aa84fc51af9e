import { readConfig, type Config } from '../../config.js';
import type { Clock } from '../../domain/clock.js';
import { checkAccess } from './access.js';
import { checkAddresses } from './addresses.js';
import { checkCertificates } from './certificates.js';
import { checkDatabase } from './database.js';
import { Findings, type Finding } from './finding.js';
import { checkFfmpeg, checkMachine, checkModels } from './machine.js';
import { checkSettings } from './settings.js';

/** What a deployment is looked at with. */
export interface DiagnosisOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** Files of certificates besides those of the configuration, for example the proxy's. */
  readonly certificates?: readonly string[];
  /** What to look at besides the configuration; everything when not given. */
  readonly only?: readonly CheckName[];
}

/** What can be looked at; `database` with its clock and the keys. */
export const CHECK_NAMES = [
  'settings',
  'database',
  'models',
  'ffmpeg',
  'machine',
  'addresses',
  'access',
  'certificates',
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** Looks at a deployment as its environment describes it, and changes nothing. What is wrong in one place stops no other. */
export async function diagnose(options: DiagnosisOptions = {}): Promise<Finding[]> {
  const clock = options.clock ?? { now: () => new Date() };
  const findings = new Findings('configuration');
  let config: Config;
  try {
    config = readConfig(options.environment);
  } catch (error) {
    return findings.failed(error, { '': 'docs/configuration.md says what each option may be.' }).list;
  }
  findings.ok('All options are usable.');
  const checks: Readonly<Record<CheckName, () => Promise<Finding[]>>> = {
    settings: () => Promise.resolve(checkSettings(config)),
    database: () => checkDatabase(config, clock),
    models: () => checkModels(config),
    ffmpeg: () => checkFfmpeg(),
    machine: () => checkMachine(config),
    addresses: () => checkAddresses(config),
    access: () => checkAccess(config),
    certificates: () => checkCertificates([...configured(config), ...(options.certificates ?? [])], clock),
  };
  const found = [...findings.list];
  for (const name of options.only ?? CHECK_NAMES) found.push(...(await checks[name]()));
  return found;
}

function configured({ access: { tls } }: Config): string[] {
  return tls === null ? [] : [tls.cert, tls.clientCa].filter((path) => path !== '');
}
