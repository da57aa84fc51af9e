/** A value, and the labels it is told apart by. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one metric. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const SUFFIXES = { histogram: ['_bucket', '_sum', '_count'] } as Readonly<Record<string, readonly string[]>>;

/**
 * Reads the text format of Prometheus, strictly:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 *
 * Throws for a line that is none, samples outside their family, one told twice, and histograms that do not add up.
 */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let family: Family | undefined;
  let help: readonly [string, string] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') help = [name, rest];
    else if (kind === 'TYPE') {
      if (help?.[0] !== name || families.has(name)) throw new Error(`Not where it belongs: ${line}`);
      family = { name, type: rest, help: help[1], samples: [] };
      families.set(name, family);
    } else {
      const sample = readSample(line);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (!family || !namesOf(family).includes(sample.name) || seen.has(key))
        throw new Error(`Not where it belongs: ${line}`);
      seen.add(key);
      family.samples.push(sample);
    }
  }
  for (const each of families.values()) if (each.type === 'histogram') checkHistogram(each);
  return families;
}

/** The names that samples of a family may have. */
export function namesOf({ name, type }: Pick<Family, 'name' | 'type'>): readonly string[] {
  return SUFFIXES[type]?.map((suffix) => `${name}${suffix}`) ?? [name];
}

function readSample(line: string): Sample {
  const [, name, inside = '', number = ''] = SAMPLE.exec(line) ?? [];
  const value = number === '+Inf' ? Infinity : Number(number);
  if (name === undefined || Number.isNaN(value)) throw new Error(`No sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const [, label, text] = LABEL.exec(inside) ?? [];
    if (label === undefined || text === undefined || label in labels) throw new Error(`Bad labels: ${line}`);
    labels[label] = text;
  }
  return { name, labels, value };
}

/** Buckets grow, and the last one holds all that were counted. */
function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, { buckets: [number, number][]; count?: number }>();
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    const one = series.get(key) ?? { buckets: [] };
    series.set(key, one);
    if (sample.name === `${name}_bucket`)
      one.buckets.push([le === '+Inf' ? Infinity : Number(le), sample.value]);
    else if (sample.name === `${name}_count`) one.count = sample.value;
  }
  for (const { buckets, count } of series.values()) {
    const inOrder = buckets.every(([le, value], i) => {
      const before = buckets[i - 1];
      return !before || (le > before[0] && value >= before[1]);
    });
    const last = buckets.at(-1);
    if (!inOrder || last?.[0] !== Infinity || last[1] !== count)
      throw new Error(`A histogram that does not add up: ${name}`);
  }
}
