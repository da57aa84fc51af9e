import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { manifest, Imports } from '../helpers/batch.js';
import { openDirectory, Served, vouch } from '../helpers/binary.js';

const imports = new Imports();
const directory = await openDirectory();
const here = (name: string) => join(directory.path, name);

let served: Served;
test.before('a service of its own', async () => {
  served = await Served.start({ VOUCH_IMPORT_DIR: imports.directory, VOUCH_TRANSFERS: 'on' });
  await imports.copy('development', ['allison_en/enrol.wav', 'carlo_it/enrol.wav']);
  await writeFile(here('notice.txt'), 'We would like to recognise you by your voice.');
});
test.after.always('stop', async () => {
  await served.stop();
  await imports.remove();
  await directory.remove();
});

async function ask(...args: string[]) {
  return vouch([...args, '--address', served.address]);
}

const NOTICE = ['--language', 'en-GB', '--text-file', here('notice.txt'), '--controller', 'Example Ltd'];
const IMPORT = ['--notice', 'voice@1', ...NOTICE, '--jurisdiction', 'EU', '--grant', 'verify'];

/** The cells of a report, without its heading. */
function cells(csv: string): string[][] {
  return csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
}

test.serial('from recordings and a list of consents to enrolled speakers', async (t) => {
  const published = await ask(
    ...['notice', 'publish', '--id', 'voice', '--version', '1', '--channel', 'paper', '--purposes', 'verify'],
    ...[...NOTICE, '--retention-days', '365'],
  );
  t.is(published.code, 0, published.stderr);

  const list = [
    'speaker,occurred_at,evidence_type,evidence_reference',
    'allison,2024-05-01T09:00:00Z,signed-document,archive/1',
    'carlo,2024-05-02T09:00:00Z,signed-document,archive/2',
    'june,yesterday,signed-document,archive/3',
  ];
  await writeFile(here('consents.csv'), list.join('\n'));
  const imported = await ask('consent', 'import', here('consents.csv'), ...IMPORT);
  t.is(imported.code, 2, imported.stderr);
  const entries = cells(imported.stdout);
  t.deepEqual(
    entries.map(([row, speaker, , retroactive, reason]) => [row, speaker, retroactive, reason]),
    [
      ['1', 'allison', 'yes', ''],
      ['2', 'carlo', 'yes', ''],
      ['3', 'june', '', 'FIELD_INVALID'],
    ],
  );
  const again = await ask('consent', 'import', here('consents.csv'), ...IMPORT);
  t.deepEqual(cells(again.stdout), entries, 'nothing is recorded twice');

  const rows = [
    { file: 'allison_en/enrol.wav', speaker: 'allison', consent_reference: 'archive/1' },
    { file: 'carlo_it/enrol.wav', speaker: 'carlo', consent_reference: entries[1]![2]! },
    { file: 'carlo_it/enrol.wav', speaker: 'june', consent_reference: 'archive/3' },
  ].map((row) => ({ ...row, recorded_at: '2025-02-03T10:00:00Z' }));
  await writeFile(here('manifest.csv'), manifest(rows));
  const batch = async (...args: string[]) => ask('enrol', 'batch', ...args);
  const made = await batch('create', here('manifest.csv'), '--recorded-before-entry', '--wait', '--json');
  t.is(made.code, 0, made.stderr);
  const { job } = JSON.parse(made.stdout) as { job: { jobId: string; enrolled: number; failed: number } };
  t.like(job, { state: 'ENROLMENT_JOB_STATE_ENDED', enrolled: 2, failed: 1 });

  const status = await batch('status', job.jobId);
  t.regex(status.stdout, /^progress +3 of 3 rows; enrolled 2, skipped 0, failed 1$/m);
  t.is((await batch('report', job.jobId, '--output', here('report.csv'))).code, 0);
  const report = await readFile(here('report.csv'), 'utf8');
  t.is((await batch('report', job.jobId)).stdout, report);
  t.deepEqual(
    cells(report).map(([row, , speaker, label, result, reason, field]) => [
      row,
      speaker,
      label,
      result,
      reason,
      field,
    ]),
    [
      ['1', 'allison', 'default', 'ENROLLED', '', ''],
      ['2', 'carlo', 'default', 'ENROLLED', '', ''],
      ['3', 'june', 'default', 'FAILED', 'CONSENT_MISSING', 'speaker'],
    ],
  );
  const cancelled = await batch('cancel', job.jobId);
  t.regex(cancelled.stdout, /^state +ENDED$/m, 'what has ended stays so');
});

test.serial('from another installation: a key, a sealed file, and the speakers are there', async (t) => {
  const other = await Served.start({ VOUCH_TRANSFERS: 'on' });
  const there = (...args: string[]) => vouch([...args, '--address', other.address]);
  try {
    const key = await there('speakers', 'receive-key', '--out', here('key.json'));
    t.is(key.code, 0, key.stderr);
    const sealed = ['speakers', 'export-sealed', '--to', here('key.json'), '--out', here('speakers.sealed')];
    const exported = await ask(...sealed);
    t.is(exported.code, 0, exported.stderr);
    t.regex(exported.stdout, /2 speakers, 2 with voiceprints, 0 left out/);
    const fingerprint = /fingerprint ([0-9a-f ]+)/.exec(key.stdout)![1]!;
    t.true(exported.stdout.includes(fingerprint), 'the two sides see the same');
    t.false((await readFile(here('speakers.sealed'))).includes('allison'));
    t.is((await ask('audit', 'anchor', '--public-key', here('sender.pem'))).code, 0);
    const imports = ['speakers', 'import-sealed', here('speakers.sealed'), '--from', here('sender.pem')];
    const imported = await there(...imports);
    t.is(imported.code, 0, imported.stderr);
    t.regex(imported.stdout, /^2 speakers with 2 voiceprints are here now, 0 were left out$/m);
    t.regex((await there('speakers', 'show', 'allison')).stdout, /1 in use/);
    t.regex((await there(...imports)).stdout, /left out .*allison.*: exists/);
    const refused = await there('speakers', 'receive-key', '--out', here('no.json'), '--role', 'agent');
    t.regex(refused.stderr, /ROLE_NOT_ALLOWED/);
  } finally {
    await other.stop();
  }
});

test.serial('mistakes in a list are found before anything is recorded', async (t) => {
  await writeFile(here('bad.csv'), 'speaker,when\nallison,2024-05-01T09:00:00Z\n');
  const { code, stderr } = await ask('consent', 'import', here('bad.csv'), ...IMPORT, '--json');
  t.is(code, 1);
  t.is((JSON.parse(stderr) as { error: { reason: string } }).error.reason, 'USAGE');
});
