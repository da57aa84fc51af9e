import type { ConsentState } from '../domain/people.js';
import {
  findOptOuts,
  listConsentEntries,
  newConsentVersions,
  type OptOutRow,
  type Transaction,
} from '../storage/index.js';
import { parseConsentEvent } from './events.js';
import { deriveConsentState } from './state.js';

/** What the keyed hash of a speaker's id is for. */
export const SPEAKER_ID_HASH = 'speaker-id';

/** Who is asked about: by pseudonym where they are known, and by the keyed hash of their id. */
export interface Subject {
  readonly speakerRef: string | null;
  readonly idHash: Buffer;
}

export interface LoadedConsent {
  readonly state: ConsentState;
  readonly optOut: OptOutRow | null;
}

/** Derives the state of someone's consent from what is stored, as of now. */
export async function loadConsent(
  tx: Transaction,
  { speakerRef, idHash }: Subject,
  now: Date,
): Promise<LoadedConsent> {
  const [optOut = null] = await findOptOuts(tx, [idHash]);
  if (speakerRef === null) {
    return {
      optOut,
      state: {
        purposes: [],
        optedOut: optOut !== null,
        doNotAskBefore: null,
        lastChainPosition: optOut?.chainPosition ?? 0,
      },
    };
  }
  const events = (await listConsentEntries(tx, speakerRef)).map(parseConsentEvent);
  const state = deriveConsentState(events, {
    now,
    newConsent: await newConsentVersions(tx),
    optedOutBefore: isFromBefore(optOut, speakerRef),
  });
  return { optOut, state };
}

/** The state of the consent of a speaker who is known, as of now, but for an opt-out from before they were. */
export async function loadConsentOf(tx: Transaction, speakerRef: string, now: Date): Promise<ConsentState> {
  return (await loadConsent(tx, { speakerRef, idHash: Buffer.alloc(32) }, now)).state;
}

/** Whether an opt-out was recorded before the speaker was known under this pseudonym. */
export function isFromBefore(optOut: OptOutRow | null, speakerRef: string): boolean {
  return optOut !== null && optOut.subjectRef !== speakerRef;
}
