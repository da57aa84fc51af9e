import { setTimeout as sleep } from 'node:timers/promises';
import { VouchError } from '../errors.js';
import { isTakenBack } from './dossiers.js';
import type { CallStore } from './call-store.js';
import type { EventLog } from './event-log.js';
import type { LiveCall } from './live-call.js';
import type { CallsParts } from './ports.js';
import { packFingerprint } from '../replay/index.js';
import type { SessionEnd } from './observer.js';

/** While the database is away it is tried again after this time, ms. */
const RETRY_MS = 2000;

/** A process that stops waits for the database this long, ms. */
const CLOSE_WITHIN_MS = 3000;

const OVERTAKEN: ReadonlySet<string> = new Set(['CALL_TAKEN_OVER', 'CALL_ENDED', 'CALL_NOT_FOUND']);

/** Calls that this process has let go of, until all of that is in the database. */
export class LeavingCalls {
  readonly #store: CallStore;
  readonly #tasks = new Set<Promise<void>>();
  readonly #logs = new Set<EventLog>();
  #closing = false;

  constructor(
    store: CallStore,
    private readonly fingerprints: CallsParts['fingerprints'],
    private readonly onFailure: CallsParts['onFailure'],
  ) {
    this.#store = store;
  }

  /** Sees to it that what was told of a call gets stored, and that it was interrupted, where it was. */
  add(live: LiveCall, how: SessionEnd): void {
    const { log } = live.session;
    this.#logs.add(log);
    const left = how === 'INTERRUPTED' ? this.#interrupt(live) : log.settled();
    this.#keepFingerprints(live);
    this.#follow(
      left.finally(() => {
        this.#logs.delete(log);
      }),
    );
  }

  /**
   * Gives up a call that was opened, or perhaps was: the answer may have been lost. Whoever comes with the same call again
   * gets it, and nobody need wait for the silence of this process.
   *
   * @param resumeToken - under which it was to be opened; another stream's call is left alone
   */
  giveBack(tenantId: string, callId: string, resumeToken: string): void {
    this.#follow(this.#untilStored(() => this.#store.giveBack(tenantId, callId, resumeToken)));
  }

  /** Changes of state that wait for the database. */
  get unwritten(): number {
    let unwritten = 0;
    for (const log of this.#logs) unwritten += log.unwritten;
    return unwritten;
  }

  /** Waits for what is under way, as far as the database takes it within a few seconds, and gives up the rest. */
  async close(): Promise<void> {
    this.#closing = true;
    const done = new AbortController();
    const tooLong = sleep(CLOSE_WITHIN_MS, undefined, { signal: done.signal });
    await Promise.race([Promise.all(this.#tasks), tooLong]);
    // Else the process would live on for it.
    done.abort();
    for (const log of this.#logs) log.abandon();
  }

  /** Stores that a call was interrupted, after all that its log still holds; and its pause, should the log be lost. */
  async #interrupt({ session, tenantId, epoch }: LiveCall): Promise<void> {
    await session.log.settled();
    await this.#untilStored(async () => {
      const { principal, callId } = session;
      if (session.unstoredPauses > 0) await this.#store.controls.pause(principal, callId, '', '');
      await this.#store.interrupt(tenantId, callId, epoch);
    });
  }

  /** So that a recording of the call is noticed when it is played. */
  #keepFingerprints({ session, epoch }: LiveCall): void {
    for (const { grant, parts } of session.assessment.fingerprints) {
      const packed = packFingerprint(parts);
      this.#follow(this.#untilStored(() => this.fingerprints.keep(grant, session.callId, epoch, packed)));
    }
  }

  /** While the database is away it is tried again; what fails otherwise is told. */
  async #untilStored(task: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await task();
        return;
      } catch (error) {
        const mayPass = error instanceof VouchError && error.kind === 'UNAVAILABLE';
        if (!mayPass || this.#closing) {
          if (!isNobodysFault(error)) this.onFailure(error);
          return;
        }
        await sleep(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  #follow(task: Promise<void>): void {
    const followed = task.finally(() => {
      this.#tasks.delete(followed);
    });
    this.#tasks.add(followed);
  }
}

/** The consent is gone, or another stream has the call by now: then nothing is to be stored. */
function isNobodysFault(error: unknown): boolean {
  return isTakenBack(error) || (error instanceof VouchError && OVERTAKEN.has(error.reason));
}
