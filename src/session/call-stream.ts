import { setTimeout as sleep } from 'node:timers/promises';
import type { Claim } from '../domain/call.js';
import type { CallEvent } from '../domain/event.js';
import { VouchError } from '../errors.js';
import type { CallSession } from './call-session.js';
import type { EventQueue } from './event-queue.js';
import type { SessionEnd, StreamObserver } from './observer.js';

/** What a stream may ask of those who keep the calls. */
export interface CallStreamOwner {
  /** Numbers and keeps claims, and gives them to the session. */
  claim(session: CallSession, claims: readonly Claim[]): Promise<void>;
  /** Stores a pause or resumption that came within the stream. */
  keepControl(session: CallSession, paused: boolean, reason: string): void;
  release(session: CallSession, how: SessionEnd): void;
}

/** Reasons after which the call may be taken up again by another stream; after others it has ended. */
const INTERRUPTING: ReadonlySet<string> = new Set([
  'STREAM_STALLED',
  'STREAM_NOT_READ',
  'SHUTTING_DOWN',
  'INTERNAL',
  // Whoever has the call may come with a new key or token.
  'UNAUTHENTICATED',
  'CREDENTIALS_ENDED',
]);

/** With the database gone the client is told of the end after this time all the same, ms. */
const TELL_ANYWAY_MS = 2000;

/** While the database is away a claim is made again after this time, ms; and so many wait for it at once: as many as a policy may allow. */
const CLAIM_AGAIN_MS = 500;
const MOST_CLAIMS_WAITING = 100;

/** The telephony platform's end of a call: what its stream says, and what it is told. */
export class CallStream {
  readonly #session: CallSession;
  readonly #owner: CallStreamOwner;
  readonly #events: EventQueue;
  readonly #observer: StreamObserver;
  #over = false;
  readonly #waitingClaims: Claim[] = [];
  /** Whether somebody makes those that wait. */
  #claiming = false;

  constructor(session: CallSession, events: EventQueue, owner: CallStreamOwner, observer: StreamObserver) {
    this.#session = session;
    this.#observer = observer;
    this.#events = events;
    this.#owner = owner;
  }

  /** What happens in the call, until it ends or fails. */
  get events(): AsyncIterable<CallEvent> {
    return this.#events;
  }

  /** For how long what happened has waited to be read by the client, ms. */
  get unreadForMs(): number {
    return this.#events.untakenForMs;
  }

  get paused(): boolean {
    return this.#session.paused;
  }

  /** Takes a piece of audio; resolves when there is room for more, undefined where there is. */
  audio(data: Uint8Array, gapMs: number): Promise<void> | undefined {
    return this.#session.audio(data, gapMs);
  }

  /**
   * Makes a claim. While the database is away it is tried on and on, and the audio goes on meanwhile.
   *
   * @throws DATABASE_UNAVAILABLE where more claims wait for it already than any call may make
   */
  async claim(claim: Claim): Promise<void> {
    const failure = await this.#tryToClaim(claim);
    if (!failure) return;
    // Of one speaker one claim counts, however often it is made.
    if (this.#waitingClaims.some(({ speakerId }) => speakerId === claim.speakerId)) return;
    if (this.#waitingClaims.length >= MOST_CLAIMS_WAITING) throw failure;
    this.#waitingClaims.push(claim);
    if (!this.#claiming) void this.#claimLater();
  }

  async #claimLater(): Promise<void> {
    this.#claiming = true;
    try {
      while (this.#waitingClaims.length > 0 && !this.#over) {
        await sleep(CLAIM_AGAIN_MS, undefined, { ref: false });
        await this.#claimWaiting();
      }
    } catch (error) {
      this.fail(error);
    }
    // In the turn of the last look: no claim comes between the two.
    this.#claiming = false;
  }

  /** Makes the claims that wait, one after the other, as far as the database takes them. */
  async #claimWaiting(): Promise<void> {
    for (let [claim] = this.#waitingClaims; claim && !this.#over; [claim] = this.#waitingClaims) {
      if (await this.#tryToClaim(claim)) return;
      this.#waitingClaims.shift();
    }
  }

  /** Returns why it can be made later only. */
  async #tryToClaim(claim: Claim): Promise<VouchError | undefined> {
    try {
      await this.#owner.claim(this.#session, [claim]);
      return undefined;
    } catch (error) {
      if (error instanceof VouchError && error.kind === 'UNAVAILABLE') return error;
      throw error;
    }
  }

  /** Pauses at once; resolves when there is room for another such message. */
  async pause(reason: string): Promise<void> {
    this.#assertOpen();
    this.#session.pause(reason, 'STREAM');
    this.#owner.keepControl(this.#session, true, reason);
    await this.#session.log.room();
  }

  async resume(): Promise<void> {
    this.#assertOpen();
    this.#session.resume('STREAM');
    this.#owner.keepControl(this.#session, false, '');
    await this.#session.log.room();
  }

  /** Ends the call in good order. Rejects with AUDIO_INCOMPLETE when the bytes ended within a sample. */
  async end(note: string): Promise<void> {
    await this.#session.end('ENDED', note);
    await this.#finish(undefined);
  }

  /** Ends the stream for an error, which the client is told after what waits. May be called again, to no effect. */
  fail(error: unknown): void {
    if (this.#over) return;
    const { reason, kind } = error instanceof VouchError ? error : new VouchError('INTERNAL');
    if (reason === 'CALL_TAKEN_OVER') this.#session.drop();
    else if (reason === 'CALL_TOO_LONG') this.#session.abort('TOO_LONG');
    else if (kind !== 'UNAVAILABLE' && !INTERRUPTING.has(reason)) this.#session.abort('ERROR');
    void this.#finish(error);
  }

  /** The client is gone: unless the call has ended, it may be taken up again for a while. */
  hangUp(): void {
    if (this.#over) return;
    void this.#finish(undefined);
  }

  /** What still comes of a stream that was given up, or taken over from, changes nothing any more. */
  #assertOpen(): void {
    if (this.#over) throw new VouchError('CALL_ENDED');
  }

  async #finish(error: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    const ended = this.#session.finished;
    this.#session.drop();
    const takenOver = error instanceof VouchError && error.reason === 'CALL_TAKEN_OVER';
    const how = takenOver ? 'TAKEN_OVER' : ended ? 'ENDED' : 'INTERRUPTED';
    this.#owner.release(this.#session, how);
    this.#observer.over({ how, error: reasonOf(error), ...this.#session.heard });
    // A client that was told of the end may ask for the call at once: what it was told is in the database by then.
    if (ended)
      await Promise.race([this.#session.log.settled(), sleep(TELL_ANYWAY_MS, undefined, { ref: false })]);
    if (error === undefined) this.#events.end();
    else this.#events.fail(error);
  }
}

function reasonOf(error: unknown): string | null {
  if (error === undefined) return null;
  return error instanceof VouchError ? error.reason : 'INTERNAL';
}
