import type {
  ConsentState,
  ConsentValue,
  GrantLapse,
  NoticeReference,
  Purpose,
  PurposeState,
} from '../domain/people.js';
import { PURPOSES, type ConsentEvent, type RecordedBody } from './events.js';

/** What besides a speaker's own events decides on the state of their consent. */
export interface ConsentCircumstances {
  readonly now: Date;
  /** Versions of notices that people must be asked anew for. */
  readonly newConsent: readonly NewConsentVersion[];
  /** Whether there is an opt-out without an event of this speaker: from before an erasure, or before they were known. */
  readonly optedOutBefore: boolean;
}

/** A version of a notice that needs consent anew: from then on grants under earlier versions do not count. */
export interface NewConsentVersion {
  readonly noticeId: string;
  readonly version: number;
  readonly from: Date;
}

interface Said {
  readonly value: ConsentValue;
  readonly eventId: string;
  readonly since: Date;
  readonly givenAt: Date;
  readonly expiresAt: Date | null;
  readonly notice: NoticeReference | null;
}

/**
 * Derives the state of a speaker's consent from their events.
 *
 * - What was recorded last for a purpose counts; NOT_ASKED and NOT_NOW change nothing of what was granted or refused.
 * - A grant does not undo a refusal, withdrawal or opt-out that the person spoke after it: a form that is entered late
 *   stays behind a withdrawal that was entered in time.
 * - An opt-out ends everything until an event lifts it; what was granted before does not come back with that.
 * - A grant ends when it expires, or when a later version of its notice needs consent anew and the time of grace is over.
 *
 * @param events - in the order of the chain
 */
export function deriveConsentState(
  events: readonly ConsentEvent[],
  circumstances: ConsentCircumstances,
): ConsentState {
  const history = new History(circumstances.optedOutBefore);
  for (const event of events) history.add(event);
  const { said, optedOut } = history;
  const purposes = PURPOSES.flatMap((purpose): PurposeState[] => {
    const last = said.get(purpose);
    if (last === undefined) return [];
    const askAgainBy = askAgainTime(last, circumstances);
    const lapse = lapseOf(last, askAgainBy, circumstances.now);
    const granted = !optedOut && last.value === 'GRANTED' && last.notice !== null && lapse === null;
    return [{ purpose, granted, ...last, lapse, askAgainBy }];
  });
  const { doNotAskBefore } = history;
  return {
    purposes,
    optedOut,
    doNotAskBefore: doNotAskBefore !== null && doNotAskBefore > circumstances.now ? doNotAskBefore : null,
    lastChainPosition: events.at(-1)?.position ?? 0,
  };
}

/** Until when a grant counts because of later versions of its notice; null: as long as it likes. */
function askAgainTime({ value, notice }: Said, { newConsent }: ConsentCircumstances): Date | null {
  if (value !== 'GRANTED' || notice === null) return null;
  return newConsent
    .filter(({ noticeId, version }) => noticeId === notice.noticeId && version > notice.version)
    .reduce<Date | null>((first, { from }) => (first !== null && first <= from ? first : from), null);
}

function lapseOf({ value, expiresAt }: Said, askAgainBy: Date | null, now: Date): GrantLapse | null {
  if (value !== 'GRANTED') return null;
  if (expiresAt !== null && expiresAt <= now) return 'EXPIRED';
  return askAgainBy !== null && askAgainBy <= now ? 'NEW_NOTICE' : null;
}

/** Takes events one after the other. */
class History {
  readonly said = new Map<Purpose, Said>();
  doNotAskBefore: Date | null = null;
  // When each purpose, or everything, was last refused, in the person's own time.
  readonly #refusedAt = new Map<Purpose, Date>();
  #allRefusedAt: Date | undefined;

  constructor(public optedOut: boolean) {}

  add(event: ConsentEvent): void {
    switch (event.type) {
      case 'CONSENT_RECORDED':
        this.#record(event, event.body);
        break;
      case 'CONSENT_WITHDRAWN':
        for (const purpose of event.body.purposes) this.#refuse(purpose, event, null);
        break;
      case 'OPTED_OUT':
        this.optedOut = true;
        this.#allRefusedAt = later(this.#allRefusedAt, event.occurredAt);
        for (const purpose of this.said.keys()) this.#refuse(purpose, event, null);
        break;
    }
  }

  #record(event: ConsentEvent, body: RecordedBody): void {
    const afterOptOut = this.#allRefusedAt === undefined || event.occurredAt >= this.#allRefusedAt;
    if (body.liftsOptOut && afterOptOut) this.optedOut = false;
    for (const purpose of PURPOSES) {
      const value = body.purposes[purpose];
      if (value === 'REFUSED') this.#refuse(purpose, event, body.notice);
      else if (value === 'NOT_ASKED' && !this.said.has(purpose)) this.#say(purpose, value, event, body);
      else if (value === 'NOT_NOW' && !this.#decided(purpose)) this.#say(purpose, value, event, body);
      else if (value === 'GRANTED' && this.#mayGrant(purpose, event)) this.#say(purpose, value, event, body);
    }
    if (body.doNotAskBefore !== null || Object.values(body.purposes).includes('GRANTED')) {
      this.doNotAskBefore = body.doNotAskBefore;
    }
  }

  /** Whether a purpose was granted or refused before. */
  #decided(purpose: Purpose): boolean {
    const value = this.said.get(purpose)?.value;
    return value === 'GRANTED' || value === 'REFUSED';
  }

  #mayGrant(purpose: Purpose, event: ConsentEvent): boolean {
    const refusedAt = this.#refusedAt.get(purpose);
    const after = (time: Date | undefined): boolean => time === undefined || event.occurredAt >= time;
    return !this.optedOut && after(refusedAt) && after(this.#allRefusedAt);
  }

  #say(purpose: Purpose, value: ConsentValue, event: ConsentEvent, body: RecordedBody): void {
    const { eventId, recordedAt: since, occurredAt: givenAt } = event;
    this.said.set(purpose, {
      value,
      eventId,
      since,
      givenAt,
      expiresAt: body.expiresAt,
      notice: body.notice,
    });
  }

  #refuse(purpose: Purpose, event: ConsentEvent, notice: NoticeReference | null): void {
    const { eventId, recordedAt: since, occurredAt: givenAt } = event;
    this.#refusedAt.set(purpose, later(this.#refusedAt.get(purpose), event.occurredAt));
    this.said.set(purpose, { value: 'REFUSED', eventId, since, givenAt, expiresAt: null, notice });
  }
}

function later(a: Date | undefined, b: Date): Date {
  return a !== undefined && a > b ? a : b;
}
