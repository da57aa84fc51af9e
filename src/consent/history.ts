import { z } from 'zod';
import { appendRead } from '../audit/index.js';
import type { DataKey, Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  findOptOuts,
  findSpeaker,
  findSpeakerStates,
  listSubjectEntries,
  type Database,
  type NamedLedgerRow,
  type Transaction,
} from '../storage/index.js';
import { openDetails, type ConsentDetails } from './details.js';
import { parseConsentEvent, type ConsentEvent } from './events.js';
import { SPEAKER_ID_HASH } from './load.js';
import { openSpeakerKey } from '../keys/index.js';

/** Who recorded an event, and for whom; null where the name is not known any more. */
export interface RecordedBy {
  readonly actorId: string | null;
  readonly actorRole: string;
  readonly onBehalfOf: string | null;
}

type Head = Pick<ConsentEvent, 'position' | 'eventId' | 'occurredAt' | 'recordedAt'>;

const stateBody = z.object({
  state: z.enum(['LEGAL_HOLD', 'RESTRICTED', 'OBJECTED']),
  reference: z.string(),
});

/** A state that was set or lifted. */
export type StateEvent = Head & {
  readonly type: 'SPEAKER_STATE_SET' | 'SPEAKER_STATE_LIFTED';
  readonly body: z.output<typeof stateBody>;
};

/** An event of a person's consent, with who recorded it and what stands behind it. */
export interface ListedEvent {
  readonly event: ConsentEvent | StateEvent;
  readonly by: RecordedBy;
  /** Null where nothing is kept. */
  readonly details: ConsentDetails | null;
}

export interface EventPage {
  /** Oldest first. */
  readonly events: readonly ListedEvent[];
  /** After which position the next page begins; null after the last. */
  readonly nextAfter: number | null;
}

const TYPES = [
  'CONSENT_RECORDED',
  'CONSENT_WITHDRAWN',
  'OPTED_OUT',
  'SPEAKER_STATE_SET',
  'SPEAKER_STATE_LIFTED',
] as const;

/** What was recorded of people's consent, as it can be shown to them or to a regulator. */
export class ConsentHistory {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Events of a person from after a position of the chain on, oldest first. Of somebody who is not known (any more): the
   * opt-out and the states that stand. That they were read is recorded.
   *
   * @param limit - 1 to 1000
   * @throws SPEAKER_NOT_FOUND
   */
  async list(principal: Principal, speakerId: string, after: number, limit: number): Promise<EventPage> {
    const idHash = await this.keyring.keyedHash(principal.tenantId, SPEAKER_ID_HASH, speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const speaker = await findSpeaker(tx, speakerId);
      const optOuts = await findOptOuts(tx, [idHash]);
      const standing = [...optOuts, ...(await findSpeakerStates(tx, [idHash]))];
      if (speaker === null && standing.length === 0) throw new VouchError('SPEAKER_NOT_FOUND');
      const subjectRef = speaker?.speakerRef ?? null;
      const positions = standing.map(({ chainPosition }) => chainPosition);
      const rows = await listSubjectEntries(tx, { subjectRef, types: TYPES, positions }, after, limit + 1);
      const events = await this.#open(tx, rows.slice(0, limit));
      const reader = subjectRef ?? optOuts[0]?.subjectRef ?? null;
      await appendRead(tx, principal, reader, 'CONSENT_EVENTS', this.clock.now());
      return { events, nextAfter: rows.length > limit ? (events.at(-1)?.event.position ?? null) : null };
    });
  }

  async #open(tx: Transaction, rows: readonly NamedLedgerRow[]): Promise<ListedEvent[]> {
    const keys = new Map<string, DataKey | null>();
    const listed: ListedEvent[] = [];
    for (const row of rows) {
      const { actorId, actorRole, onBehalfOf, subjectRef } = row;
      const by = { actorId, actorRole, onBehalfOf };
      if (row.kind !== 'CONSENT' || subjectRef === null) {
        listed.push({ event: stateEvent(row), by, details: null });
        continue;
      }
      const key = keys.get(subjectRef) ?? (await this.#key(tx, subjectRef));
      keys.set(subjectRef, key);
      const details = key && (await openDetails(tx, key, row.eventId));
      listed.push({ event: parseConsentEvent(row), by, details });
    }
    return listed;
  }

  /** Null where it was destroyed: what it sealed is gone with it. */
  async #key(tx: Transaction, subjectRef: string): Promise<DataKey | null> {
    try {
      return await openSpeakerKey(tx, this.keyring, subjectRef);
    } catch (error) {
      if (error instanceof VouchError && error.reason === 'KEY_MISSING') return null;
      throw error;
    }
  }
}

function stateEvent({ position, eventId, type, occurredAt, recordedAt, body }: NamedLedgerRow): StateEvent {
  return {
    position,
    eventId,
    occurredAt,
    recordedAt,
    type: z.enum(['SPEAKER_STATE_SET', 'SPEAKER_STATE_LIFTED']).parse(type),
    body: stateBody.parse(JSON.parse(body)),
  };
}
