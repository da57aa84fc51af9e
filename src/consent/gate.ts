import type { DataKey, Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { ReasonCode } from '../domain/decision.js';
import type { ConsentState, Purpose } from '../domain/people.js';
import { VouchError } from '../errors.js';
import {
  findSpeaker,
  newConsentVersions,
  speakerVersions,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { evidenceReference } from './details.js';
import { makeGrant, type Grant } from './grant.js';
import { loadConsent, SPEAKER_ID_HASH, type Subject } from './load.js';
import { reasonsAgainst, requireGrant, restricted } from './restriction.js';
import { openSpeakerKey } from '../keys/index.js';
import { speakerStates } from './speaker-states.js';

/** What the gate says of someone who is claimed. */
export interface OpenedClaim {
  /** Whether there is such a speaker. */
  readonly known: boolean;
  readonly speakerRef: string | null;
  readonly optedOut: boolean;
  /** Null: there is no ground, and nothing may be embedded, compared or stored for this speaker. */
  readonly grant: Grant | null;
  /** Why there is no grant, where more can be said than that there is none. */
  readonly reasons: readonly ReasonCode[];
  /** Changes with everything that was recorded of the speaker, and with their voiceprints; for {@link ConsentGate.changedSince}. */
  readonly version: string;
}

/** Someone whose claim was opened before. */
export interface SeenClaim {
  readonly speakerId: string;
  readonly version: string;
}

/**
 * The one place that answers whether there is a ground for a purpose. It reads the database every time, and every error
 * means no: whoever asks gets a Grant, a null, or an exception.
 *
 * A version tells what was recorded, not that time passed: a grant may expire, a waiting voiceprint become usable. Who
 * holds a Grant heeds its `expiresAt` and asks anew at least every 60 s (the consent lease).
 */
export class ConsentGate {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    /** Told whenever there is no ground, and why. */
    private readonly onDenied: (purpose: Purpose, reason: string) => void = () => undefined,
  ) {}

  /** Answers for one claimed speaker. Throws DATABASE_UNAVAILABLE and the like, never answers from a guess. */
  async openClaim(tenantId: string, speakerId: string, purpose: Purpose): Promise<OpenedClaim> {
    const idHash = await this.#idHash(tenantId, speakerId);
    return this.database.tenant(tenantId, async (tx) => {
      // The version first: what is recorded in between makes it look old, not new.
      const [version = ''] = await readVersions(tx, [{ speakerId, idHash }]);
      const speakerRef = (await findSpeaker(tx, speakerId))?.speakerRef ?? null;
      const found = await this.#read(tx, { speakerRef, idHash }, purpose);
      const grant =
        found.terms !== null && speakerRef !== null
          ? makeGrant({ ...found.terms, tenantId, speakerRef, speakerId })
          : null;
      const reasons = grant === null ? found.reasons : [];
      return { known: speakerRef !== null, speakerRef, optedOut: found.optedOut, grant, reasons, version };
    });
  }

  /**
   * Which of the claims opened before need to be opened anew, since something was recorded of their speakers: in one
   * statement or two however many they are, so that running calls can ask every second.
   */
  async changedSince(tenantId: string, seen: readonly SeenClaim[]): Promise<readonly string[]> {
    if (seen.length === 0) return [];
    const ids = await Promise.all(
      seen.map(async ({ speakerId }) => ({ speakerId, idHash: await this.#idHash(tenantId, speakerId) })),
    );
    const versions = await this.database.tenant(tenantId, (tx) => readVersions(tx, ids));
    return seen.flatMap(({ speakerId, version }, index) => (version === versions[index] ? [] : [speakerId]));
  }

  /**
   * Checks, within the transaction that is about to use it, that a grant still stands, and opens the speaker's data key.
   *
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where it does not count any more; CONSENT_MISSING, too,
   *   where another one has taken its place: what was said before that is not covered by it
   */
  async unlock(tx: Transaction, grant: Grant): Promise<DataKey> {
    if (tx.tenantId !== grant.tenantId)
      throw new VouchError('INTERNAL', { message: 'A grant of another tenant.' });
    const speaker = await findSpeaker(tx, grant.speakerId);
    if (speaker?.speakerRef !== grant.speakerRef) throw new VouchError('CONSENT_MISSING');
    const idHash = await this.#idHash(grant.tenantId, grant.speakerId);
    const { terms, optedOut, reasons } = await this.#read(tx, { ...speaker, idHash }, grant.purpose);
    requireGrant({ optedOut, reasons, grant: terms?.eventId === grant.eventId ? grant : null });
    return openSpeakerKey(tx, this.keyring, grant.speakerRef);
  }

  /**
   * Opens the data key of somebody who is not claimed, within the transaction that is about to use it; null where there is
   * no ground for the purpose.
   */
  async unlockOther(
    tx: Transaction,
    { speakerRef, speakerId }: { readonly speakerRef: string; readonly speakerId: string },
    purpose: Purpose,
  ): Promise<DataKey | null> {
    const idHash = await this.#idHash(tx.tenantId, speakerId);
    const { terms } = await this.#read(tx, { speakerRef, idHash }, purpose);
    return terms && openSpeakerKey(tx, this.keyring, speakerRef);
  }

  /**
   * Whether a grant rests on the entry that is meant: its event id, or the reference of its evidence.
   *
   * @throws as {@link unlock}
   */
  async restsOn(grant: Grant, reference: string): Promise<boolean> {
    if (reference === grant.eventId) return true;
    return this.database.tenant(grant.tenantId, async (tx) => {
      const key = await this.unlock(tx, grant);
      return (await evidenceReference(tx, key, grant.eventId)) === reference;
    });
  }

  /** What a grant of this purpose would say now, null without one; and why there is none. */
  async #read(tx: Transaction, subject: Subject, purpose: Purpose) {
    const states = await speakerStates(tx, subject.idHash);
    const loaded = await loadConsent(tx, subject, this.clock.now());
    const state = restricted(loaded.state, states);
    const { optedOut } = state;
    const read = {
      optedOut,
      terms: termsOf(state, purpose),
      reasons: reasonsAgainst(state, states, purpose),
    };
    if (read.terms === null) this.onDenied(purpose, mainReason(subject, read));
    return read;
  }

  async #idHash(tenantId: string, speakerId: string): Promise<Buffer> {
    return this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
  }
}

function mainReason({ speakerRef }: Subject, read: Pick<OpenedClaim, 'optedOut' | 'reasons'>): string {
  if (read.optedOut) return 'SPEAKER_OPTED_OUT';
  return read.reasons[0] ?? (speakerRef === null ? 'SPEAKER_NOT_FOUND' : 'CONSENT_MISSING');
}

/** Null: there is no ground. A grant ends, too, when people have to be asked anew. */
function termsOf({ optedOut, purposes }: ConsentState, purpose: Purpose) {
  const held = purposes.find((each) => each.purpose === purpose);
  if (optedOut || held?.granted !== true) return null;
  const { eventId, since, givenAt, expiresAt, askAgainBy } = held;
  const ends = expiresAt !== null && askAgainBy !== null && askAgainBy < expiresAt ? askAgainBy : expiresAt;
  return { purpose, eventId, since, givenAt, expiresAt: ends ?? askAgainBy };
}

/**
 * Versions in the order of the ids: last event of the speaker, their opt-out, the states that hold for them, last notice
 * that needs consent anew.
 */
async function readVersions(
  tx: Transaction,
  ids: readonly { speakerId: string; idHash: Buffer }[],
): Promise<string[]> {
  const rows = await speakerVersions(tx, ids);
  const anew = Math.max(0, ...(await newConsentVersions(tx)).map(({ chainPosition }) => chainPosition));
  return rows.map(({ speaker, optOut, states }) => `${speaker}.${optOut}.${states}.${anew}`);
}
