/** The rules about people's data, as a person would say them: what the service must agree with, whatever happens. */

import type { SpeakerState } from '../../src/domain/rights.js';

/** What a person may be told in a call that claims them. */
export type Told =
  | 'SPEAKER_OPTED_OUT'
  | 'CONSENT_MISSING'
  | 'SPEAKER_NOT_ENROLLED'
  | 'SPEAKER_EXPIRED'
  | 'NOT_ENOUGH_SPEECH'
  | 'COMPARED';

/** After so long without a word about consent and without an enrolment a person's term is over. */
export const TERM_DAYS = 20;
const TERM_MS = TERM_DAYS * 86_400_000;

interface Print {
  readonly createdAt: number;
  readonly usableFrom: number;
  readonly waited: boolean;
  replaced: boolean;
}

/** One person. */
export class Person {
  known = false;
  optedOut = false;
  /** States that hold for them, known or not. */
  readonly states = new Set<SpeakerState>();
  /** The grant in force, or one that has expired; null: none, or taken back. */
  grant: { readonly number: number; readonly until: number } | null = null;
  prints: Print[] = [];
  #grants = 0;
  #saidAt = 0;

  /** What is held of them is kept, and nothing is done with it. */
  get restricted(): boolean {
    return this.states.has('RESTRICTED') || this.states.has('OBJECTED');
  }

  mayBeCompared(now: number): boolean {
    return this.grant !== null && now < this.grant.until && !this.restricted;
  }

  /** Whether their term is over, and they wait for retention. */
  isOver(now: number): boolean {
    return now >= Math.max(this.#saidAt, ...this.prints.map(({ createdAt }) => createdAt)) + TERM_MS;
  }

  /** Voiceprints in use: at most one, since there is one label; the last whose time has come. None past the term. */
  inUse(now: number): number {
    return this.isOver(now) ? 0 : this.#inUse(now);
  }

  #inUse(now: number): number {
    return this.prints.some((print) => !print.replaced && print.usableFrom <= now) ? 1 : 0;
  }

  /** Whether one that waited has come into use between two times. */
  hasRipened(from: number, now: number): boolean {
    return this.prints.some(({ waited, usableFrom }) => waited && usableFrom > from && usableFrom <= now);
  }

  waiting(now: number): number {
    if (this.isOver(now)) return 0;
    return this.prints.filter((print) => !print.replaced && print.usableFrom > now).length;
  }

  /** The reason for which it is refused, or `none`. */
  grants(now: number, until: number, liftsOptOut: boolean): string {
    if (this.optedOut && !liftsOptOut) return 'SPEAKER_OPTED_OUT';
    this.known = true;
    this.optedOut = false;
    this.grant = { number: ++this.#grants, until };
    this.#saidAt = now;
    return 'none';
  }

  withdraws(now: number): string {
    if (!this.known) return 'SPEAKER_NOT_FOUND';
    this.#takeBack(now);
    return 'none';
  }

  optsOut(now: number): string {
    this.optedOut = true;
    this.#takeBack(now);
    return 'none';
  }

  /** One that waits replaces only another that waits. */
  isEnrolled(now: number, waitingMs: number): void {
    for (const print of this.prints) if (waitingMs === 0 || print.usableFrom > now) print.replaced = true;
    this.prints.push({ createdAt: now, usableFrom: now + waitingMs, waited: waitingMs > 0, replaced: false });
  }

  /** A legal hold refuses it; an opt-out and the states are all that outlives it. */
  isErased(): string {
    if (this.states.has('LEGAL_HOLD') && this.known) return 'SPEAKER_HELD';
    if (!this.known) return 'SPEAKER_NOT_FOUND';
    this.known = false;
    this.grant = null;
    this.prints = [];
    return 'none';
  }

  /** Retention comes by. Returns whether they were erased; a hold or a restriction keeps everything. */
  isVisited(now: number): boolean {
    if (!this.known || this.states.has('LEGAL_HOLD') || this.states.has('RESTRICTED')) return false;
    if (this.isOver(now)) return this.isErased() === 'none';
    if (this.grant !== null && this.grant.until <= now) this.prints = [];
    return false;
  }

  /** What a call must say of a claim for which so many windows were heard under the grant in force. */
  told(now: number, heard: number): Told {
    if (this.optedOut) return 'SPEAKER_OPTED_OUT';
    if (!this.mayBeCompared(now))
      return this.known || this.restricted ? 'CONSENT_MISSING' : 'SPEAKER_NOT_ENROLLED';
    if (this.#inUse(now) === 0) return 'SPEAKER_NOT_ENROLLED';
    if (this.isOver(now)) return 'SPEAKER_EXPIRED';
    return heard === 0 ? 'NOT_ENOUGH_SPEECH' : 'COMPARED';
  }

  #takeBack(now: number): void {
    this.#saidAt = now;
    this.grant = null;
    this.prints = [];
  }
}

/** A claim in a running call: how much was heard for it under one grant. */
export class HeardClaim {
  #grant: number | null = null;
  #heard = 0;

  constructor(readonly person: Person) {}

  /** What was heard under another grant never counts. */
  heard(now: number): number {
    const grant = this.person.mayBeCompared(now) ? (this.person.grant?.number ?? null) : null;
    if (grant !== this.#grant) [this.#grant, this.#heard] = [grant, 0];
    return this.#heard;
  }

  hears(now: number): void {
    this.heard(now);
    if (this.#grant !== null) this.#heard++;
  }
}
