import { ApiError } from '../shared/api-error.js';
import { createApi, type ApiOptions } from '../shared/api.js';
import { SILENCE_MS } from '../shared/silence.js';
import type { Input } from './state.js';

/** Between the first two attempts, and between any two at most, ms. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Between the first two questions whether a call is there yet, and between any two at most, ms: the service records each. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
/** A connection that stood for so long was worth the attempt: pauses begin anew, ms. */
const FIRM_MS = 5000;
/** An answer to an attempt, ms. */
const PATIENCE_MS = 8000;

/**
 * Follows a call until it ends or `signal` aborts, and comes back by itself whenever the connection breaks. Never rejects.
 *
 * @param watch - what every input is marked with
 */
export async function followCall(
  options: ApiOptions,
  { callId, watch, signal }: { callId: string; watch: number; signal: AbortSignal },
  tell: (input: Input) => void,
): Promise<void> {
  let heardAt = 0;
  const { verification } = createApi({
    ...options,
    timeoutMs: PATIENCE_MS,
    onAlive: () => {
      const at = Date.now();
      // The machine slept, or its clock was set: what comes now may have waited for long, and all is asked anew.
      if (Math.abs(at - heardAt) >= SILENCE_MS) throw LOST;
      heardAt = at;
      tell({ type: 'alive', watch, at });
    },
  });
  let failures = 0;
  let waits = 0;
  while (!signal.aborted) {
    const round = new AbortController();
    const cut = cutByNetwork(signal, round);
    let openedAt = Infinity;
    let pauseMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** waits++);
    try {
      const { state, lastSequence = 0, shadow = false } = await verification.getCall({ callId }, cut);
      if (state === 'CALL_STATE_EXPECTED') tell({ type: 'broken', watch, link: 'waiting' });
      else {
        waits = 0;
        openedAt = heardAt = Date.now();
        tell({ type: 'opened', watch, at: openedAt, lastSequence, shadow });
        for await (const { event } of verification.watchCall({ callId }, cut)) {
          if (event) tell({ type: 'event', watch, at: Date.now(), event });
          if (event?.ended) return;
        }
        throw LOST;
      }
    } catch (error) {
      if (isOver(signal)) return;
      if (heardAt - openedAt >= FIRM_MS) failures = 0;
      const failure = cut.aborted ? LOST : error;
      const link = linkOf(failure, failures);
      tell({ type: 'broken', watch, link });
      if (link !== 'waiting') pauseMs = pauseOf(failure, failures++);
    } finally {
      round.abort();
    }
    await pause(pauseMs, signal);
  }
}

const LOST = new ApiError('UNAVAILABLE', 'CONNECTION_LOST');

/** Aborts with `signal`, with the round, and when the network goes: a connection that is not used tells nothing of that for long. */
function cutByNetwork(signal: AbortSignal, round: AbortController): AbortSignal {
  const cut = AbortSignal.any([signal, round.signal]);
  addEventListener(
    'offline',
    () => {
      round.abort();
    },
    { signal: cut },
  );
  return cut;
}

/** The page went on to another call. */
const isOver = ({ aborted }: AbortSignal) => aborted;

/** One failure is the way to the service; when the next attempts fail as well, it is the service. */
function linkOf(error: unknown, failures: number): Extract<Input, { type: 'broken' }>['link'] {
  if (!(error instanceof ApiError)) return 'down';
  const { reason, status } = error;
  if (reason === 'CALL_NOT_FOUND') return 'waiting';
  if (status === 'UNAUTHENTICATED' || status === 'PERMISSION_DENIED') return 'refused';
  const brokeOff = reason === 'CONNECTION_LOST' || reason === 'SHUTTING_DOWN';
  return brokeOff && (failures < 2 || !navigator.onLine) ? 'lost' : 'down';
}

/** Longer after each failure, and not all badges at the same moment. */
function pauseOf(error: unknown, failures: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
  const asked = error instanceof ApiError ? (error.more.retryAfterMs ?? 0) : 0;
  return Math.max(asked, longest * (0.5 + Math.random() / 2));
}

/** Ends early when there is a network again, somebody looks again, or nobody wants to know any more. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const listen = { signal: done.signal };
  let timer: ReturnType<typeof setTimeout> | undefined;
  await new Promise<unknown>((wake) => {
    timer = setTimeout(wake, ms);
    addEventListener('online', wake, listen);
    const look = () => {
      if (!document.hidden) wake(0);
    };
    document.addEventListener('visibilitychange', look, listen);
    signal.addEventListener('abort', wake, listen);
  });
  clearTimeout(timer);
  done.abort();
}
