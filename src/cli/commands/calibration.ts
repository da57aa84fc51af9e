import { Argument, type Command } from 'commander';
import {
  AssignCalibrationResponse,
  GetCalibrationAssignmentsResponse,
  ListCalibrationsResponse,
  type Calibration,
} from '../../gen/vouch/v1/admin.js';
import { SourceProfile, type ArtefactReference } from '../../gen/vouch/v1/common.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { UsageError } from '../failure.js';
import { enumOption, readVersioned } from '../options.js';
import { calibrationRowsCommand } from './calibration-rows.js';
import { answer, fields, isolated, table, word } from '../output.js';

interface AssignOptions extends WriteOptions {
  readonly source: SourceProfile;
  readonly takeBack?: boolean;
  readonly reason: string;
}

/** `vouch calibration`: which calibration counts for which calls. */
export function calibrationCommand(): Command {
  return newCommand('calibration', 'list calibrations, and assign them to calls')
    .addCommand(clientCommand('list', 'list what is loaded, and which calls it counts for').action(list))
    .addCommand(
      writeCommand('assign', 'assign a calibration; live calls keep the one that they began with')
        .addArgument(
          new Argument('[calibration]', 'its id and version, like ours@2').argParser(readVersioned),
        )
        .addOption(
          enumOption('--source <source>', 'for calls from this source only', SourceProfile).default(
            SourceProfile.UNSPECIFIED,
            'all for whose own source nothing is assigned',
          ),
        )
        .option('--take-back', 'end the assignment instead: the wider one counts again')
        .requiredOption('--reason <text>', 'why; without names of customers')
        .action(assign),
    )
    .addCommand(calibrationRowsCommand())
    .addCommand(clientCommand('history', 'list what was ever assigned, the latest first').action(history));
}

async function list(options: ClientOptions): Promise<void> {
  const { loaded, assigned } = await connected(options, async ({ admin }) => ({
    loaded: await admin.listCalibrations({}),
    assigned: await admin.getCalibrationAssignments({}),
  }));
  const inForce = assigned.inForce.map(({ source, calibration, fit }) => [
    sourceName(source, 'unknown'),
    nameOf(calibration),
    word(fit, 'CALIBRATION_FIT').toLowerCase().replace('_', ' '),
  ]);
  const text = `${loaded.calibrations.map(describe).join('\n\n')}\n\n${table(['calls from', 'calibration', 'fit'], inForce)}`;
  const json = {
    ...(ListCalibrationsResponse.toJSON(loaded) as object),
    ...(GetCalibrationAssignmentsResponse.toJSON(assigned) as object),
  };
  answer(options, json, text);
}

async function assign(
  calibration: ReturnType<typeof readVersioned> | undefined,
  options: AssignOptions,
): Promise<void> {
  const { source, takeBack = false, reason, idempotencyKey } = options;
  if ((calibration === undefined) !== takeBack)
    throw new UsageError('Either a calibration or --take-back is needed.');
  const { id: calibrationId = '', version: calibrationVersion = 0 } = calibration ?? {};
  const response = await connected(options, ({ admin }) =>
    admin.assignCalibration({ source, calibrationId, calibrationVersion, reason, idempotencyKey }),
  );
  const given = response.assignment?.calibration;
  const told = given ? `${nameOf(given)} (${given.sha256})` : 'nothing of their own';
  const text = `calls from ${sourceName(source, 'any source')}: ${told}`;
  answer(options, AssignCalibrationResponse.toJSON(response), text);
}

async function history(options: ClientOptions): Promise<void> {
  const assigned = await connected(options, ({ admin }) => admin.getCalibrationAssignments({}));
  const rows = assigned.history.map(({ source, calibration, createdAt, createdBy, reason }) => [
    sourceName(source, 'any'),
    calibration ? nameOf(calibration) : 'taken back',
    createdAt?.toISOString() ?? '',
    isolated(createdBy),
    isolated(reason),
  ]);
  const text = table(['calls from', 'calibration', 'assigned', 'by', 'why'], rows);
  answer(options, GetCalibrationAssignmentsResponse.toJSON(assigned), rows.length === 0 ? 'nothing' : text);
}

function describe({ reference, shipped, configured, sources, warning, maps }: Calibration): string {
  const rows = maps.flatMap(({ spaces, thresholds }) =>
    thresholds.flatMap(({ targetFalseMatchRate, llr, measured }) =>
      measured.map(({ comparisons, rate }) => [
        spaces.join('+'),
        String(targetFalseMatchRate),
        llr.toFixed(2),
        String(comparisons),
        `${rate?.rate.toFixed(4)} (${rate?.low.toFixed(4)} to ${rate?.high.toFixed(4)})`,
        String(rate?.impostorTrials),
      ]),
    ),
  );
  const from = sources.map((source) => sourceName(source, 'unknown')).join(', ');
  const about = fields([
    ['calibration', `${nameOf(reference)}${configured ? ', counts where nothing is assigned' : ''}`],
    ['sha-256', reference?.sha256],
    [
      'fitted to',
      shipped ? 'other calls than yours (shipped)' : `your calls${from === '' ? '' : `: ${from}`}`,
    ],
    ['warning', warning],
  ]);
  const headings = ['spaces', 'target', 'llr', 'voiceprints', 'false matches, measured', 'trials'];
  return `${about}\n${table(headings, rows, [1, 2, 3, 5])}`;
}

function nameOf(reference: ArtefactReference | undefined): string {
  return `${isolated(reference?.id ?? '')}@${reference?.version ?? 0}`;
}

function sourceName(source: SourceProfile, unspecified: string): string {
  return source === SourceProfile.UNSPECIFIED ? unspecified : word(source, 'SOURCE_PROFILE').toLowerCase();
}
