/** What a run of the bench does. */
export interface Plan {
  /** Live calls of each step, one after the other, until one cannot be held. */
  readonly steps: readonly number[];
  /** New calls come over this time, then the step settles: what is measured has a call's ordinary course. ms. */
  readonly joinMs: number;
  readonly settleMs: number;
  readonly measureMs: number;
  /** Live calls while the cost of every window is measured, and while the time to the decision is. */
  readonly costCalls: number;
  readonly latencyCalls: number;
  readonly latencyMs: number;
  /** Length of one call, minutes, for the cost against it, with how many of them are streamed, two at a time. */
  readonly lengths: readonly { readonly minutes: number; readonly calls: number }[];
  /** Voiceprints of each voice. */
  readonly speakersAVoice: number;
  /** Audio of each talker that the bare work is measured on, ms. */
  readonly trackMs: number;
  /** Updates of the design that embeds everything at each. */
  readonly naiveUpdates: number;
}

export const FULL: Plan = {
  steps: [100, 200, 300, 400, 500],
  joinMs: 8000,
  settleMs: 14_000,
  measureMs: 12_000,
  costCalls: 60,
  latencyCalls: 50,
  latencyMs: 25_000,
  lengths: [
    { minutes: 1, calls: 20 },
    { minutes: 10, calls: 2 },
    { minutes: 60, calls: 2 },
  ],
  speakersAVoice: 4,
  trackMs: 60_000,
  naiveUpdates: 20,
};

/** Some 50 s on a machine of its own. */
export const QUICK: Plan = {
  steps: [120],
  joinMs: 1500,
  settleMs: 4000,
  measureMs: 3500,
  costCalls: 60,
  latencyCalls: 50,
  latencyMs: 4000,
  lengths: [
    { minutes: 0.15, calls: 6 },
    { minutes: 1.5, calls: 2 },
  ],
  speakersAVoice: 1,
  trackMs: 20_000,
  naiveUpdates: 4,
};

/** A call lasts this long: as many begin and end in a second as fit to it. ms. */
export const CALL_MS = 180_000;
/** In the step that times decisions, so that there are many of them. ms. */
export const SHORT_CALL_MS = 20_000;
/** How many times as fast as they are spoken calls are streamed for the cost by length; above 20 the service holds them back. */
export const STREAM_SPEED = 18;
/** Of a call this share is speech. */
export const SPEECH_SHARE = 0.4;
/** One in so many callers claims to be somebody else. */
export const IMPOSTOR_EVERY = 20;
/** One message, ms, and its bytes: mu-law at 8 kHz. */
export const MESSAGE_MS = 20;
export const MESSAGE_BYTES = 160;

/** The figures of docs/performance.md that a run is held against. */
export const GOALS = {
  callersPerCore: { atLeast: 200 },
  serviceCostRatio: { atMost: 1.25 },
  lengthCostRatio: { atMost: 10.5 },
  decisionLatencyP99Ms: { atMost: 300 },
  memoryPerCallMiB: { atMost: 1 },
} as const;
