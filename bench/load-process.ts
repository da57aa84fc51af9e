/* The telephony platform: makes calls, in a process of its own. */
import type { ClientHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { Deferred } from '../src/embedding/deferred.js';
import { enrolVoices } from './load/enrol.js';
import { connectTo, LiveLoad, type CallSource, type LiveReport } from './load/live-load.js';
import { prepare, type Prepared, type PreparedTrack } from './load/prepare.js';
import { SimulatedCall } from './load/simulated-call.js';
import { STREAM_SPEED } from './plan.js';
import { answerParent } from './processes.js';

/** How often a call comes again that was refused for lack of room, and after how long, ms. */
const TRIES = 10;
const COMES_AGAIN_MS = 3000;
/** The code RESOURCE_EXHAUSTED. */
const BUSY = '8 ';

let prepared: Prepared = { tracks: [], keptCalls: [] };
let load: LiveLoad | undefined;
let address = '';
let churn: NodeJS.Timeout | undefined;

function theLoad(): LiveLoad {
  if (!load) throw new Error('Not connected.');
  return load;
}

const handlers = {
  connect: async (to: { address: string; trackMs: number }) => {
    address = to.address;
    prepared = await prepare(to.trackMs);
    load = new LiveLoad(address, prepared.tracks);
  },
  /** Who was enrolled, and what is to be kept of the calls of each, base64. */
  enrol: async (source: CallSource) => ({
    speakerIds: await enrolVoices(address, source),
    keptCalls: prepared.keptCalls.map((bytes) => bytes.toString('base64')),
  }),
  /** Brings the live calls to a number, evenly over a time; from then on calls end and begin so that each lasts `callMs`. */
  hold: async (wanted: { source: CallSource; calls: number; overMs: number; callMs: number }) => {
    const { source, calls, overMs, callMs } = wanted;
    clearInterval(churn);
    const missing = calls - theLoad().live;
    for (let i = 0; i < missing; i++) {
      theLoad().open(source);
      await sleep(overMs / missing);
    }
    while (theLoad().live > calls) theLoad().endOldest();
    churn = setInterval(() => {
      theLoad().endOldest();
      theLoad().open(source);
    }, callMs / calls);
  },
  take: (): LiveReport => theLoad().take(),
  /** Ends all calls; resolves when the service has worked through them. */
  endAll: () => {
    clearInterval(churn);
    return theLoad().endAll();
  },
  /**
   * Streams calls of a length, two at a time, faster than they are spoken and slower than the service slows anybody; resolves
   * when all have ended.
   */
  stream: async ({ source, calls, minutes }: { source: CallSource; calls: number; minutes: number }) => {
    const session = connectTo(address);
    const { tracks } = prepared;
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < calls) {
        const track = tracks[next++ % tracks.length]!;
        let problem = await streamCall(session, source, track, minutes);
        // Something else kept the machine busy: as it is told to, the call comes again.
        for (let tries = 0; tries < TRIES && problem?.startsWith(BUSY) === true; tries++) {
          await sleep(COMES_AGAIN_MS);
          problem = await streamCall(session, source, track, minutes);
        }
        if (problem !== undefined) throw new Error(problem);
      }
    };
    await Promise.all([lane(), lane()]);
    session.close();
  },
};

/** Streams one call to its end; returns what went wrong. */
async function streamCall(
  session: ClientHttp2Session,
  source: CallSource,
  track: PreparedTrack,
  minutes: number,
): Promise<string | undefined> {
  const caller = { tenantId: source.tenantId, claimedId: `${track.voice}-0`, genuine: true, track };
  const over = new Deferred<string | undefined>();
  const state = { over: false };
  const call = new SimulatedCall(session, caller, {
    onDecision: () => undefined,
    onReplaySuspected: () => undefined,
    onOver: (_, problem) => {
      state.over = true;
      over.resolve(problem);
    },
  });
  const startedAt = performance.now();
  while (!state.over && call.audioMs < minutes * 60_000) {
    if (!call.sendAudio()) await call.drained();
    const earlyMs = call.audioMs / STREAM_SPEED - (performance.now() - startedAt);
    if (earlyMs > 20) await sleep(earlyMs);
  }
  call.end();
  return over.promise;
}

export type LoadHandlers = typeof handlers;

answerParent(handlers);
