import { drawSpeakers, percentileInterval, quantile, type Interval } from './metrics/index.js';
import { withoutDoubtful } from './doubtful.js';
import type { SimulatedCall } from './whole-calls.js';

/** What became of whole calls. */
export interface CallRates {
  readonly corpus: string;
  readonly condition: string;
  /** Voiceprints that each call was compared with, over all claims. */
  readonly comparisons: number;
  readonly impostorCalls: number;
  readonly falseAccepts: number;
  /** Share of impostor calls with any acceptance at any moment. */
  readonly fmr: number | null;
  readonly fmrInterval: Interval | null;
  readonly genuineCalls: number;
  readonly genuineAccepted: number;
  /** Rejected, and never accepted: of two claims the wrong one is rejected rightly. */
  readonly genuineRejected: number;
  /** Net speech to the acceptance, over all genuine calls; null when fewer than half are accepted. */
  readonly medianAcceptNetSpeechMs: number | null;
  readonly speakers: number;
}

/** Conditions of a telephone line in use; noise and babble above the speech's own level by less than 10 dB are not. */
export const TELEPHONE_CONDITIONS: readonly string[] = [
  'as-recorded',
  'mulaw',
  'alaw',
  'gsm',
  'opus-12k',
  'packet-loss-3',
  'noise-20',
  'noise-10',
  'babble-20',
  'room',
  'level-40',
  'clipping',
];

/** Rates of each corpus and condition, of all telephone conditions together, and of all corpora. */
export function callRates(calls: readonly SimulatedCall[], replicates: number): CallRates[] {
  const telephone = calls.filter(({ condition }) => TELEPHONE_CONDITIONS.includes(condition));
  const groups = new Map<string, { corpus: string; condition: string; calls: SimulatedCall[] }>();
  const gather = (corpus: string, condition: string, call: SimulatedCall): void => {
    const key = JSON.stringify([corpus, condition, call.comparisons > 1]);
    const group = groups.get(key) ?? { corpus, condition, calls: [] };
    groups.set(key, group);
    group.calls.push(call);
  };
  for (const call of calls) gather(call.corpus, call.condition, call);
  for (const call of telephone) {
    gather(call.corpus, 'telephone', call);
    // The other sex hardly ever matches, and an attacker would not try.
    if (call.sameSex === true) gather(call.corpus, 'telephone, same sex', call);
  }
  // No speech twice: of a corpus that is there with and without its doubtful sessions, the latter.
  const variants = new Set(calls.map(({ corpus }) => corpus));
  for (const call of telephone) {
    if (!variants.has(withoutDoubtful(call.corpus))) gather('all', 'telephone', call);
  }
  return [...groups.values()].map((group) => ratesOf(group, replicates));
}

function ratesOf(
  { corpus, condition, calls }: { corpus: string; condition: string; calls: readonly SimulatedCall[] },
  replicates: number,
): CallRates {
  const impostors = calls.filter(({ genuine }) => !genuine);
  const genuine = calls.filter((call) => call.genuine);
  const falseAccepts = impostors.filter(({ outcome }) => outcome.accepted).length;
  const times = genuine.map(({ outcome }) => outcome.acceptedAtMs ?? Infinity).sort((a, b) => a - b);
  const middle = times.length > 0 ? quantile(times, 0.5) : Infinity;
  return {
    corpus,
    condition,
    comparisons: calls.reduce((most, { comparisons }) => Math.max(most, comparisons), 0),
    impostorCalls: impostors.length,
    falseAccepts,
    fmr: impostors.length > 0 ? falseAccepts / impostors.length : null,
    fmrInterval: bootstrapShare(impostors, ({ outcome }) => outcome.accepted, replicates),
    genuineCalls: genuine.length,
    genuineAccepted: genuine.filter(({ outcome }) => outcome.accepted).length,
    genuineRejected: genuine.filter(({ outcome }) => outcome.rejected && !outcome.accepted).length,
    medianAcceptNetSpeechMs: Number.isFinite(middle) ? middle : null,
    speakers: new Set(calls.map(({ speaker }) => speaker)).size,
  };
}

/** The 95 % interval of a share of impostor calls: a call counts as often as its speaker and all claimed were drawn. */
export function bootstrapShare(
  calls: readonly SimulatedCall[],
  hit: (call: SimulatedCall) => boolean,
  replicates: number,
): Interval | null {
  const names = [...new Set(calls.flatMap(({ speaker, claimed }) => [speaker, ...claimed]))];
  const index = new Map(names.map((name, i) => [name, i]));
  const indexed = calls.map((call) => ({
    hit: hit(call) ? 1 : 0,
    who: [call.speaker, ...call.claimed].map((name) => index.get(name)!),
  }));
  const shares = drawSpeakers(names.length, replicates).map((counts) => {
    let hits = 0;
    let all = 0;
    for (const call of indexed) {
      let weight = 1;
      for (const who of call.who) weight *= counts[who]!;
      hits += weight * call.hit;
      all += weight;
    }
    return hits / all;
  });
  return percentileInterval(shares) ?? null;
}
