import { access, constants, stat, statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import { ffmpegVersion } from '../../audio/index.js';
import type { Config } from '../../config.js';
import { createLog, Metrics } from '../../observability/index.js';
import { openModels, WorkerHealth } from '../../open-extractor.js';
import { Findings, type Finding } from './finding.js';

const GIB = 2 ** 30;
/** Before PostgreSQL of our own stops for a full disk. */
const DATA_FAIL_BYTES = 0.5 * GIB;
const DATA_WARN_BYTES = 5 * GIB;
/** What is tested. */
const OLDEST_NODE = [20, 19];
const OLDEST_FFMPEG = 5;

/** The models: their files are those of the manifest, they compute what they should, and calibrations belong to them. */
export async function checkModels(config: Config): Promise<Finding[]> {
  const findings = new Findings('models');
  const observability = { log: createLog({ level: 'silent' }), metrics: new Metrics({ version: '' }, 0) };
  try {
    const { extractor, information, library } = await openModels(
      { ...config, workers: 0 },
      observability,
      new WorkerHealth(),
    );
    await extractor.close();
    for (const { id, sha256, inUse } of information.graphs)
      if (inUse) findings.ok(`${id} is the one of the manifest (sha256 ${sha256.slice(0, 12)}…).`);
    if (!information.graphs.some(({ task }) => task === 'countermeasure'))
      findings.ok(
        'There is no countermeasure: synthetic speech is not looked for (docs/countermeasures.md).',
      );
    for (const { file, why } of library.unusable)
      findings.warn(`The calibration ${file} cannot be used: ${why}`, 'Fit it anew, or take it out.');
  } catch (error) {
    findings.failed(error, {
      MODEL_INVALID: 'Put the files back as they came with this version: models.json says their hashes.',
      CALIBRATION_INVALID: 'VOUCH_CALIBRATION must name a calibration made for these models.',
      '': 'VOUCH_MODELS_DIR must be the folder of models.json.',
    });
  }
  return findings.list;
}

/** What recordings in other formats than WAV are decoded with. */
export async function checkFfmpeg(): Promise<Finding[]> {
  const findings = new Findings('ffmpeg');
  const version = await ffmpegVersion();
  const remedy = 'Install ffmpeg (Debian: `apt-get install ffmpeg`), and see that PATH leads to it.';
  if (version === null)
    return findings.fail('There is no ffmpeg: only WAV recordings can be read.', remedy).list;
  const major = Number.parseInt(version.replace(/^n/, ''));
  if (major < OLDEST_FFMPEG)
    return findings.warn(`ffmpeg ${version} is older than what is tested.`, remedy).list;
  return findings.ok(`ffmpeg ${version}.`).list;
}

/** Node, cores, and room on disks. */
export async function checkMachine(config: Config): Promise<Finding[]> {
  const findings = new Findings('machine');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor))
    findings.fail(`Node ${process.version}.`, `Install Node ${OLDEST_NODE.join('.')} or later.`);
  else findings.ok(`Node ${process.version}.`);
  const cores = availableParallelism();
  if (config.workers > cores)
    findings.warn(
      `VOUCH_WORKERS is ${config.workers}, and there are ${cores} cores.`,
      'More workers than cores make decisions later, not more of them: VOUCH_WORKERS.',
    );
  await checkSpace(findings, config);
  await checkImports(findings, config);
  return findings.list;
}

async function checkSpace(findings: Findings, config: Config): Promise<void> {
  const data = await existing(resolve(config.dataDir));
  const free = await freeBytes(data);
  const words = `${(free / GIB).toFixed(1)} GiB are free in ${data} (VOUCH_DATA_DIR).`;
  const remedy = 'Make room, or move VOUCH_DATA_DIR to a larger disk.';
  const isHere = config.databaseUrl === '';
  if (isHere && free < DATA_FAIL_BYTES) findings.fail(words, remedy);
  else if (isHere && free < DATA_WARN_BYTES) findings.warn(words, remedy);
  else findings.ok(words);
  // A recording lies there once while it is decoded.
  const needed = 2 * config.recordingBytes * (config.maximumRecordings + config.importAtOnce);
  const room = await freeBytes(tmpdir());
  if (room < needed)
    findings.warn(
      `${(room / GIB).toFixed(1)} GiB are free in ${tmpdir()}; recordings may need ${(needed / GIB).toFixed(1)}.`,
      'Make room there, or lower VOUCH_RECORDING_BYTES or VOUCH_MAXIMUM_RECORDINGS.',
    );
}

async function checkImports(findings: Findings, { importDir }: Config): Promise<void> {
  if (importDir === '') return;
  try {
    if (!(await stat(importDir)).isDirectory()) throw new Error('it is no folder');
    await access(importDir, constants.R_OK | constants.X_OK);
    findings.ok(`${importDir} (VOUCH_IMPORT_DIR) can be read.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    findings.fail(`VOUCH_IMPORT_DIR cannot be read: ${why}.`, 'Mount the folder, and let this user read it.');
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

/** The nearest folder above that is there. */
async function existing(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : existing(dirname(path));
}
