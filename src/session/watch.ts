import type { CallEvent } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { Calls } from './calls.js';
import { Expected } from './expected.js';
import { callKey } from './live-call.js';

/** How often the database is asked for events of a call that another process serves, ms. */
const POLL_MS = 300;

/**
 * Follows a call as {@link follow} does. That it is watched is recorded for everybody whom it claims, also later: before
 * the watcher sees anything of them.
 */
export async function* watchCall(
  calls: Calls,
  principal: Principal,
  callId: string,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<CallEvent> {
  const seen = await calls.store.reads.watched(principal, callId);
  for await (const event of follow(calls, principal, callId, afterSequence, signal)) {
    if (event.body.type === 'claimReceived' && !seen.has(event.body.claimNumber)) {
      seen.add(event.body.claimNumber);
      await calls.store.reads.watched(principal, callId, event.body.claimNumber);
    }
    yield event;
  }
}

/**
 * The changes of state of a call after a number, from the store and then as they happen, and progress where this process
 * serves the call; until the call ends. No gap and no double, also when the call moves between processes.
 *
 * @throws CALL_NOT_FOUND, STREAM_NOT_READ, DATABASE_UNAVAILABLE, or the signal's reason
 */
async function* follow(
  calls: Calls,
  principal: Principal,
  callId: string,
  afterSequence: number,
  signal: AbortSignal,
): AsyncGenerator<CallEvent> {
  const { tenantId } = principal;
  const key = callKey(tenantId, callId);
  // Followed first, read afterwards: what happens in between is seen twice rather than never, and told once.
  const queue = calls.hub.follow(key);
  const cursor = new Cursor(afterSequence);
  const stop = () => {
    queue.fail(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const call = await calls.store.reads.find(tenantId, callId);
    if (!call) throw new VouchError('CALL_NOT_FOUND', { field: 'call_id' });
    yield* stored(calls, tenantId, callId, cursor);
    // Whoever has seen the end already gets nothing more.
    if (call.state === 'ENDED') return;
    const live = queue[Symbol.asyncIterator]();
    let next: Expected<Awaited<ReturnType<typeof live.next>>> | undefined;
    while (!cursor.ended) {
      next ??= new Expected(live.next());
      if (!(await next.within(POLL_MS))) {
        if (!calls.find(tenantId, callId)) yield* stored(calls, tenantId, callId, cursor);
        continue;
      }
      const came = await next.take();
      next = undefined;
      if (came.done) return;
      if (came.value.sequence > cursor.last + 1) yield* stored(calls, tenantId, callId, cursor);
      yield* cursor.take([came.value]);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    calls.hub.unfollow(key, queue);
    queue.end();
  }
}

async function* stored(
  calls: Calls,
  tenantId: string,
  callId: string,
  cursor: Cursor,
): AsyncGenerator<CallEvent> {
  for (;;) {
    const page = await calls.store.reads.events(tenantId, callId, cursor.last);
    if (page.length === 0) return;
    yield* cursor.take(page);
  }
}

/** Lets each change of state through once, in order, and progress always; hides what only the stream may know. */
class Cursor {
  ended = false;

  constructor(public last: number) {}

  *take(events: Iterable<CallEvent>): Generator<CallEvent> {
    for (const event of events) {
      if (event.sequence > 0 && event.sequence <= this.last) continue;
      this.last = Math.max(this.last, event.sequence);
      if (event.body.type === 'ended') this.ended = true;
      yield event.body.type === 'started' ? { ...event, body: { ...event.body, resumeToken: '' } } : event;
    }
  }
}
