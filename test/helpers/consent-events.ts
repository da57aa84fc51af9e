import fc from 'fast-check';
import type { PURPOSES } from '../../src/consent/events.js';
import { type ConsentEvent, type RecordedBody } from '../../src/consent/events.js';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const late = { retroactive: false, detailsSha256: '0'.repeat(64), voiceprintsErased: 0, voiceprintsKept: 0 };

/** The n-th hour of the test's time. */
export const hour = (n: number): Date => new Date(START + n * HOUR);

/** A grant of VERIFY under version 1 of the notice `n`, changed as wished. */
export function recordedBody(changes: Partial<RecordedBody> = {}): RecordedBody {
  return {
    purposes: { VERIFY: 'GRANTED' },
    ground: 'EXPLICIT_CONSENT',
    controllerEntity: 'Acme Bank',
    jurisdiction: 'EU',
    notice: { noticeId: 'n', version: 1, language: 'en', textSha256: '0'.repeat(64) },
    signatureMethod: 'SPOKEN',
    capacity: 'SELF',
    expiresAt: null,
    doNotAskBefore: null,
    liftsOptOut: false,
    ...late,
    ...changes,
  };
}

/** Places events in a chain, the first at position 1, entered an hour apart and said when they are entered. */
export function chain(
  ...events: (Pick<ConsentEvent, 'type' | 'body'> & { occurredAt?: Date })[]
): ConsentEvent[] {
  return events.map((event, index) => {
    const recordedAt = hour(index + 1);
    return {
      position: index + 1,
      eventId: `event-${index + 1}`,
      recordedAt,
      occurredAt: recordedAt,
      ...event,
    } as ConsentEvent;
  });
}

export const grant = (changes: Partial<RecordedBody> = {}, occurredAt?: Date) => ({
  type: 'CONSENT_RECORDED' as const,
  body: recordedBody(changes),
  ...(occurredAt && { occurredAt }),
});

export const withdrawal = (...purposes: (typeof PURPOSES)[number][]) => ({
  type: 'CONSENT_WITHDRAWN' as const,
  body: { purposes, ...late },
});

export const optOut = () => ({ type: 'OPTED_OUT' as const, body: late });

const values = fc.constantFrom('GRANTED', 'REFUSED', 'NOT_ASKED', 'NOT_NOW');
const purposesSaid = fc.record(
  { VERIFY: values, IDENTIFY: values, ADAPT: values },
  { requiredKeys: [] },
) as fc.Arbitrary<RecordedBody['purposes']>;

const recordedEvents = fc
  .record({
    purposes: purposesSaid,
    expires: fc.option(fc.integer({ min: 1, max: 30 })),
    version: fc.integer({ min: 1, max: 3 }),
    liftsOptOut: fc.boolean(),
    /** Hours before it was entered. */
    hoursLate: fc.constantFrom(0, 0, 0, 2, 5),
  })
  .map(({ purposes, expires, version, liftsOptOut, hoursLate }) => ({
    hoursLate,
    ...grant({
      purposes,
      liftsOptOut,
      expiresAt: expires === null ? null : hour(expires),
      notice: { noticeId: 'n', version, language: 'en', textSha256: '0'.repeat(64) },
    }),
  }));

const refusals = fc.oneof(
  fc
    .subarray(['VERIFY', 'IDENTIFY', 'ADAPT'] as const, { minLength: 1 })
    .map((purposes) => withdrawal(...purposes)),
  fc.constant(optOut()),
);

/** Random histories of one speaker, up to 20 events long. */
export const histories: fc.Arbitrary<ConsentEvent[]> = fc
  .array(fc.oneof({ weight: 3, arbitrary: recordedEvents }, { weight: 1, arbitrary: refusals }), {
    maxLength: 20,
  })
  .map((events) =>
    chain(
      ...events.map((event, index) => ({
        ...event,
        occurredAt: hour(index + 1 - ('hoursLate' in event ? event.hoursLate : 0)),
      })),
    ),
  );
