import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readConfig } from '../../src/config.js';
import { ROOT } from '../helpers/binary.js';
import { at, deployYaml } from '../helpers/deploy-files.js';

const page = readFileSync(join(ROOT, 'docs/sizing.md'), 'utf8');
const CORES_A_POD = 2;

/** The value of a figure in the page's first table. */
function figure(name: string): number {
  const value = new RegExp(`\\| ${name}[^|]*\\| ([\\d.]+) \\|`).exec(page)?.[1];
  if (value === undefined) throw new Error(`No figure ${name}.`);
  return Number(value);
}

const share = figure('Share of a core');
const callsAPod = Math.floor(figure('Live calls a core') * CORES_A_POD * share);

/** A row of the page's second table, by the formulas that it gives. */
function row(calls: number): string {
  const needed = Math.ceil(calls / callsAPod);
  const pods = needed + Math.max(1, Math.ceil(0.1 * needed));
  const memory =
    (pods * (figure('Memory of a process') + callsAPod * figure('Memory of a live call'))) / 1024;
  const database = Math.ceil((calls * figure('PostgreSQL')) / 1000 / share);
  const connections = pods * (readConfig({}).databasePool + figure('Connections of the job queue'));
  const cells = [calls, pods, pods * CORES_A_POD, memory.toFixed(1), database, connections];
  return `| ${cells.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)).join(' | ')} |`;
}

test('the sizing table follows from the figures above it', (t) => {
  const rows = [...page.matchAll(/^\| ([\d,]+) \| .*\|$/gm)].map(([text, calls]) => ({
    text,
    calls: Number(calls!.replaceAll(',', '')),
  }));
  t.is(rows.at(-1)!.calls, 10_000);
  t.deepEqual(
    rows.map(({ text }) => text),
    rows.map(({ calls }) => row(calls)),
  );
});

test('a pod may use the memory that as many calls as it takes need', (t) => {
  const literals = at(
    deployYaml('kubernetes/kustomization.yaml'),
    'configMapGenerator',
    1,
    'literals',
  ) as string[];
  const maximum = literals.find((line) => line.startsWith('VOUCH_MAXIMUM_CALLS='))!.split('=')[1];
  const spec = at(deployYaml('kubernetes/deployment.yaml'), 'spec', 'template', 'spec');
  const limit = parseInt(at(spec, 'containers', 0, 'resources', 'limits', 'memory') as string, 10);
  const temporaryMib = 256;
  const calls = Number(maximum) * figure('Memory of a live call');
  t.true(limit >= figure('Memory of a process') + calls + temporaryMib, `${limit} MiB`);
});

test('the autoscaler aims at no more calls a pod than the table', (t) => {
  const target = at(deployYaml('kubernetes/autoscaler.yaml'), 'spec', 'metrics', 0, 'pods', 'target');
  t.true(Number(at(target, 'averageValue')) <= callsAPod, `${callsAPod}`);
});
