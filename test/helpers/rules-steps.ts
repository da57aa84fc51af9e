import fc from 'fast-check';
import type { SpeakerState } from '../../src/domain/rights.js';

export const PEOPLE = ['kim', 'lee'] as const;
export type Name = (typeof PEOPLE)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Something that people, agents, officers or time do. */
export type Step =
  | {
      readonly do: 'grant';
      readonly who: Name;
      readonly forMs: number | null;
      readonly liftsOptOut: boolean;
    }
  | { readonly do: 'withdraw' | 'optOut' | 'erase'; readonly who: Name }
  | {
      readonly do: 'state';
      readonly who: Name;
      readonly state: SpeakerState;
      readonly inForce: boolean;
    }
  | { readonly do: 'reencrypt'; readonly who: Name }
  | { readonly do: 'enrol'; readonly who: Name; readonly waitingMs: number }
  /** Whoever has this voice calls and is said to be these people. Ends the call before. */
  | { readonly do: 'call'; readonly claims: readonly Name[]; readonly voice: number }
  /** `rotate` ends with every data key wrapped anew, and what backups no longer need destroyed. */
  | { readonly do: 'say' | 'hangUp' | 'rotate' | 'retention' }
  | { readonly do: 'wait'; readonly ms: number };

const who = fc.constantFrom(...PEOPLE);
const one = <T extends string>(...names: T[]) => fc.constantFrom(...names);

/** Sequences in which much happens to people who are mostly enrolled and mostly in a call. */
export const sequences: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('grant' as const),
        who,
        forMs: fc.constantFrom(null, HOUR, 10 * DAY),
        liftsOptOut: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: one('withdraw', 'optOut', 'erase'), who }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('state' as const),
        who,
        state: one<SpeakerState>('LEGAL_HOLD', 'RESTRICTED', 'OBJECTED'),
        inForce: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reencrypt' as const), who }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('retention' as const) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('enrol' as const),
        who,
        waitingMs: fc.constantFrom(0, 0, DAY),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        claims: fc.constantFrom<Name[]>(['kim'], ['lee'], ['kim', 'lee']),
        voice: fc.nat(PEOPLE.length),
      }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('say' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('hangUp' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(MINUTE, 2 * HOUR, DAY, 12 * DAY, 20 * DAY),
      }),
    },
  ),
  { minLength: 6, maxLength: 32, size: 'max' },
);

/** What random sequences seldom come to: a term that ends in a call, a consent that ends by itself, and retention after each. */
export const SELDOM: [Step[]][] = [
  [
    [
      { do: 'grant', who: 'kim', forMs: null, liftsOptOut: false },
      { do: 'enrol', who: 'kim', waitingMs: 0 },
      { do: 'call', claims: ['kim'], voice: 0 },
      { do: 'say' },
      { do: 'wait', ms: 20 * DAY },
      { do: 'say' },
      { do: 'retention' },
    ],
  ],
  [
    [
      { do: 'grant', who: 'lee', forMs: HOUR, liftsOptOut: false },
      { do: 'enrol', who: 'lee', waitingMs: 0 },
      { do: 'wait', ms: 2 * HOUR },
      { do: 'retention' },
      { do: 'grant', who: 'lee', forMs: null, liftsOptOut: false },
      { do: 'call', claims: ['lee'], voice: 1 },
    ],
  ],
];
