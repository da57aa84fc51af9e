import { VouchError } from '../errors.js';
import { listConsentEntries, newConsentVersions, type Transaction } from '../storage/index.js';
import { parseConsentEvent } from './events.js';
import type { RecordedConsent } from './inputs.js';
import { deriveConsentState } from './state.js';

/** Where what was recorded stands; kept with the idempotency key. */
export interface Reference {
  readonly speakerRef: string;
  readonly eventId: string;
  /** Whether there was, and stayed, an opt-out from before the speaker was known. */
  readonly optedOutBefore: boolean;
}

/** What was recorded and the state that followed from it then: the same at every repeat, whatever came since. */
export async function answerOf(tx: Transaction, reference: Reference): Promise<RecordedConsent> {
  const all = (await listConsentEntries(tx, reference.speakerRef)).map(parseConsentEvent);
  const index = all.findIndex((event) => event.eventId === reference.eventId);
  const event = all[index];
  if (event === undefined) throw new VouchError('INTERNAL', { message: 'A recorded event is missing.' });
  return {
    eventId: event.eventId,
    chainPosition: event.position,
    effectiveAt: event.recordedAt,
    recordedAt: event.recordedAt,
    retroactive: event.body.retroactive,
    voiceprintsErased: event.body.voiceprintsErased,
    voiceprintsKept: event.body.voiceprintsKept,
    state: deriveConsentState(all.slice(0, index + 1), {
      now: event.recordedAt,
      newConsent: await newConsentVersions(tx, event.position),
      optedOutBefore: reference.optedOutBefore,
    }),
  };
}
