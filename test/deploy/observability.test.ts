import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Decision } from '../../src/domain/decision.js';
import { Metrics } from '../../src/observability/index.js';
import { ROOT } from '../helpers/binary.js';
import { at, deployText, deployYaml, listAt } from '../helpers/deploy-files.js';
import { namesOf, readExposition } from '../helpers/exposition.js';
import { readQuery } from '../helpers/promql.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

const rules = listAt(deployYaml('observability/alerts.yaml'), 'groups').flatMap(
  (group) => listAt(group, 'rules') as Rule[],
);
const dashboard: unknown = JSON.parse(deployText('observability/dashboard.json'));
const panels = listAt(dashboard, 'panels') as Panel[];

/** Prometheus adds these to what it scrapes. */
const TARGET_LABELS = ['job', 'instance'];

/** Every sample that a service may tell, in its own words: whatever can happen has happened once. */
async function everySample() {
  const metrics = new Metrics({ version: '1.2.3' }, 2);
  const opened = { direction: 'INBOUND', shadow: false, streamNumber: 1, resumed: false } as const;
  const amounts = { audioMs: 9000, droppedMs: 1000, netSpeechMs: 4000 };
  for (const how of ['ENDED', 'TAKEN_OVER', 'INTERRUPTED'] as const) {
    for (const kind of ['ACCEPT', 'REJECT', 'INCONCLUSIVE'] as const) {
      for (const shadow of [false, true]) {
        const follower = metrics.calls.opened(opened);
        const decision = {
          kind,
          finality: 'FINAL',
          shadow,
          netSpeechMs: 4000,
          reasons: [],
        } as unknown as Decision;
        const event = { sequence: 1, callId: '', emittedAt: new Date(), mediaTimeMs: 0, replayed: false };
        follower.told({ ...event, body: { type: 'decision', decision } });
        metrics.calls.decidedRecording(decision);
        follower.over({ how, error: null, ...amounts });
      }
    }
  }
  for (const reason of ['TOO_MANY_CALLS', 'TENANT_QUOTA_REACHED', 'OVERLOADED'])
    metrics.calls.refused(reason);
  for (const code of ['OK', 'INTERNAL']) {
    const request = {
      transport: 'grpc',
      service: 'S',
      method: 'M',
      isStream: false,
      code,
      tookMs: 5,
    } as const;
    metrics.requests.finished(request);
  }
  for (const reason of ['CONSENT_MISSING', 'SPEAKER_NOT_FOUND']) metrics.requests.denied('VERIFY', reason);
  for (const reason of ['UNAUTHENTICATED', 'TOO_MANY_BAD_CREDENTIALS'])
    metrics.requests.unknown('grpc', reason);
  const stage = { ms: 1, count: 1 };
  metrics.workers.spent({ decode: stage, speechActivity: stage, embedding: stage, countermeasure: stage });
  metrics.watch(() => ({
    liveCalls: 1,
    maximumCalls: 2,
    queueDelayMs: 1,
    threadDelayMs: 1,
    isBusy: false,
    isFull: false,
    unwritten: 0,
    connections: { limit: 10, open: 2, idle: 1, waiting: 0 },
    keys: { oldestAt: new Date(), unreadable: 0 },
    certificateEndsAt: new Date(),
  }));
  return [...readExposition(await metrics.text()).values()].flatMap((family) =>
    namesOf(family).map((name) => ({
      name,
      samples: family.samples.filter((sample) => sample.name === name),
    })),
  );
}

/** What is wrong with an expression, seen from what is told. */
async function problemsOf(expression: string): Promise<string[]> {
  const told = await everySample();
  const { selectors, grouped } = readQuery(expression);
  const known = new Set(TARGET_LABELS);
  const problems = selectors.flatMap(({ metric, labels, patterns }) => {
    const samples = told.find(({ name }) => name === metric)?.samples ?? [];
    if (samples.length === 0) return [`no metric ${metric}`];
    for (const sample of samples) for (const label of Object.keys(sample.labels)) known.add(label);
    const asked = [
      ...Object.entries(labels).map(([label, value]) => [label, [value]] as const),
      ...Object.entries(patterns).map(([label, pattern]) => [label, pattern.split('|')] as const),
    ];
    return asked
      .filter(([label]) => !TARGET_LABELS.includes(label))
      .flatMap(([label, values]) =>
        values
          .filter((value) => !samples.some((sample) => sample.labels[label] === value))
          .map((value) => `no ${metric} with ${label} ${value}`),
      );
  });
  return [...problems, ...grouped.filter((label) => !known.has(label)).map((label) => `no label ${label}`)];
}

/** As Grafana fills it in. */
function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');
}

test('alerts are rules of Prometheus, about metrics and labels that there are', async (t) => {
  t.true(rules.length >= 15);
  t.is(new Set(rules.map(({ alert }) => alert)).size, rules.length);
  for (const rule of rules) {
    t.regex(rule.alert, /^Vouch[A-Z][A-Za-z]+$/);
    t.deepEqual(
      Object.keys(rule).filter((key) => !['alert', 'expr', 'for', 'labels', 'annotations'].includes(key)),
      [],
    );
    if (rule.for !== undefined) t.regex(rule.for, /^\d+[smh]$/);
    t.true(['page', 'ticket'].includes(rule.labels['severity'] ?? ''), rule.alert);
    t.truthy(rule.annotations['summary']);
    t.deepEqual(await problemsOf(rule.expr), [], rule.alert);
  }
});

test('every alert names its part of the runbook, and every part has an alert', (t) => {
  const text = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');
  const parts = [...text.matchAll(/^### (Vouch\w+)$/gm)].map(([, name = '']) => name.toLowerCase());
  const named = rules.map(({ annotations }) => annotations['runbook'] ?? '');
  for (const runbook of named) t.true(parts.includes(runbook.replace('docs/operations.md#', '')), runbook);
  for (const part of parts) t.true(named.includes(`docs/operations.md#${part}`), part);
});

test('the dashboard asks for metrics and labels that there are, and for all of them', async (t) => {
  const asked = new Set<string>();
  for (const { title, targets = [] } of panels) {
    for (const { expr } of targets) {
      t.deepEqual(await problemsOf(filledIn(expr)), [], title);
      for (const { metric } of readQuery(filledIn(expr)).selectors)
        asked.add(metric.replace(/_(bucket|sum|count)$/, ''));
    }
  }
  const metrics = new Set((await everySample()).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
  t.deepEqual(
    [...metrics].filter((name) => !asked.has(name)),
    [],
  );
});

test('the dashboard is one that Grafana loads: panels of their own place and number, a data source that is chosen', (t) => {
  t.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = new Set<string>();
  for (const { title, type, gridPos, targets } of panels) {
    t.true(type === 'row' ? targets === undefined : (targets ?? []).length > 0, title);
    t.true(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        t.false(cells.has(`${x} ${y}`), `${title} lies over another`);
        cells.add(`${x} ${y}`);
      }
    }
  }
  const variables = listAt(dashboard, 'templating', 'list').map((variable) => at(variable, 'name'));
  t.deepEqual(variables, ['datasource', 'instance']);
  const used = [...deployText('observability/dashboard.json').matchAll(/\$\{?(\w+)/g)].map(
    ([, name]) => name,
  );
  for (const name of used) t.true([...variables, '__rate_interval', '__all'].includes(name), name);
});

test('what is wrong is found: no PromQL, no such metric, label or value', async (t) => {
  t.throws(() => readQuery('sum(rate(vouch_decisions_total[5m])'), { message: /Not PromQL/ });
  t.throws(() => readQuery('vouch_workers == '), { message: /Not PromQL/ });
  t.deepEqual(await problemsOf('vouch_worker'), ['no metric vouch_worker']);
  t.deepEqual(await problemsOf('vouch_decisions_total{kind="ACCEPTED"}'), [
    'no vouch_decisions_total with kind ACCEPTED',
  ]);
  t.deepEqual(await problemsOf('sum by (knd) (vouch_decisions_total)'), ['no label knd']);
  t.deepEqual(await problemsOf('vouch_stream_audio_seconds_bucket'), []);
});

test('what scales the service is a metric that it tells', async (t) => {
  const adapter = listAt(deployYaml('kubernetes/prometheus-adapter.yaml'), 'rules', 'custom');
  const told = new Set((await everySample()).map(({ name }) => name));
  for (const rule of adapter) {
    const name = at(rule, 'name', 'as') as string;
    t.true(told.has(name), name);
    t.is(readQuery(at(rule, 'seriesQuery') as string).selectors[0]?.metric, name);
  }
});
