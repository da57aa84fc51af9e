import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  countReads,
  findActor,
  findLedgerEntry,
  findOptOuts,
  findSpeaker,
  listOverriders,
  listOverrideNotes,
  listReaders,
  queryLedger,
  type Database,
  type NamedLedgerRow,
  type OverriderRow,
  type Transaction,
} from '../storage/index.js';
import { checkAnchor, signAnchor, type Anchor } from './anchor.js';
import { appendEntry, type Appended } from './append.js';
import { Audit } from './audit.js';
import type { ChainPoint, ChainProblem } from './chain.js';
import { openNote } from './notes.js';
import { kindOf, typesOf, type EntryKind } from './types.js';
import { findUnusual, HISTORY_DAYS, type DayCount, type Unusual } from './unusual.js';

/** Which entries; null: does not matter. */
export interface EntryFilter {
  readonly speakerId: string | null;
  readonly subjectRef: string | null;
  readonly actorId: string | null;
  /** Empty: all. */
  readonly kinds: readonly EntryKind[];
  readonly from: Date | null;
  readonly to: Date | null;
}

/** An entry with the names behind its pseudonyms, as far as they are known. */
export interface NamedEntry extends NamedLedgerRow {
  /** Null for a type that this version does not know. */
  readonly entryKind: EntryKind | null;
  /** What was written of an override; empty: nothing, or erased since. */
  readonly note: string;
}

export interface EntryPage {
  readonly entries: readonly NamedEntry[];
  /** Where the next page begins; null after the last. */
  readonly nextBefore: number | null;
}

/** From then on, and before then. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export type SpeakerReader = Awaited<ReturnType<typeof listReaders>>[number];
export type Overrider = OverriderRow;

/** A chain that was followed, and where the first bad entry is. */
export type Verification =
  | { readonly head: ChainPoint; readonly problem: null }
  | {
      readonly head: null;
      readonly problem: Pick<ChainProblem, 'position' | 'problem'> & { readonly entry: NamedEntry | null };
    };

const DAY_MS = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Rows that a summary holds at most. */
const MOST_ROWS = 1000;

/** What officers and auditors ask of the trail. That they asked is recorded in it. */
export class AuditOffice {
  readonly #audit: Audit;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.#audit = new Audit(database, clock);
  }

  /**
   * Entries before a position (null: from the newest on), the newest first.
   *
   * @param limit - 1 to 1000
   * @throws SPEAKER_NOT_FOUND for somebody who is not known and did not opt out
   */
  async entries(
    principal: Principal,
    filter: EntryFilter,
    before: number | null,
    limit: number,
  ): Promise<EntryPage> {
    const idHash = await this.#idHash(principal.tenantId, filter.speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const subjectRef = await resolveSpeaker(tx, filter.speakerId, idHash);
      const actorRef = filter.actorId === null ? null : await findActor(tx, filter.actorId);
      const nobody =
        actorRef === undefined ||
        (subjectRef !== null && filter.subjectRef !== null && subjectRef !== filter.subjectRef);
      const wanted = {
        subjectRef: subjectRef ?? filter.subjectRef,
        actorRef: actorRef ?? null,
        types: filter.kinds.length === 0 ? null : typesOf(filter.kinds),
        from: filter.from,
        to: filter.to,
      };
      const rows = nobody ? [] : await queryLedger(tx, wanted, before, limit + 1);
      const entries = await this.#named(tx, rows.slice(0, limit));
      const body = { what: 'ENTRIES', kinds: filter.kinds, actorRef, count: entries.length };
      await this.#read(tx, principal, wanted.subjectRef, body);
      return { entries, nextBefore: rows.length > limit ? (entries.at(-1)?.position ?? null) : null };
    });
  }

  /** Who looked at a person, the latest first, at most 1000. Throws SPEAKER_NOT_FOUND as {@link entries}. */
  async readers(
    principal: Principal,
    speakerId: string,
    { from, to }: Period,
  ): Promise<readonly SpeakerReader[]> {
    const idHash = await this.#idHash(principal.tenantId, speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const subjectRef = await resolveSpeaker(tx, speakerId, idHash);
      if (subjectRef === null) throw new VouchError('SPEAKER_NOT_FOUND');
      const types = { reads: typesOf(['READ']), claims: typesOf(['CLAIM']) };
      const readers = await listReaders(tx, { subjectRef, ...types, from, to, limit: MOST_ROWS });
      await this.#read(tx, principal, subjectRef, { what: 'READERS', count: readers.length });
      return readers;
    });
  }

  /** Who did otherwise than decisions suggested, those first who served most rejected callers; at most 1000. */
  async overriders(principal: Principal, { from, to }: Period): Promise<readonly Overrider[]> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const overriders = await listOverriders(tx, { from, to, limit: MOST_ROWS });
      await this.#read(tx, principal, null, { what: 'OVERRIDERS', count: overriders.length });
      return overriders;
    });
  }

  /** Days on which somebody read unusually many people, see unusual.ts. The period begins with its first whole day (UTC). */
  async unusual(principal: Principal, { from, to }: Period, minimumSpeakers: number): Promise<Unusual[]> {
    const { tenantId } = principal;
    const fromDay = Math.floor(from.getTime() / DAY_MS);
    const counts: DayCount[] = [];
    // A day a transaction: each is short, whatever the trail holds.
    for (let day = fromDay - HISTORY_DAYS; day * DAY_MS < to.getTime(); day++) {
      const until = new Date(Math.min((day + 1) * DAY_MS, to.getTime()));
      const of = { types: typesOf(['READ']), from: new Date(day * DAY_MS), to: until };
      const rows = await this.database.tenant(tenantId, (tx) => countReads(tx, of));
      counts.push(...rows.filter(({ speakers }) => speakers > 0).map((row) => ({ ...row, day })));
    }
    const unusual = findUnusual(counts, { fromDay, minimumSpeakers });
    await this.database.tenant(tenantId, (tx) =>
      this.#read(tx, principal, null, { what: 'UNUSUAL', count: unusual.length }),
    );
    return unusual;
  }

  /**
   * Follows the tenant's chain from its beginning, past an anchor where one is given.
   *
   * @throws ANCHOR_INVALID for one of another tenant or with a signature that is not of the tenant's key
   */
  async verify(principal: Principal, anchor: Anchor | null): Promise<Verification> {
    const { tenantId } = principal;
    if (anchor !== null) checkAnchor(tenantId, anchor, (await this.publicKey(principal)).pem);
    const result = await this.#audit.verify(tenantId, anchor);
    const problem = 'problem' in result ? result : null;
    return this.database.tenant(tenantId, async (tx): Promise<Verification> => {
      const row = problem?.entry ? await findLedgerEntry(tx, problem.position) : null;
      const [entry = null] = row === null ? [] : await this.#named(tx, [row]);
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'AUDIT_VERIFIED',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: {
          position: result.position,
          problem: problem?.problem,
          anchoredPosition: anchor?.position,
        },
      });
      if (problem === null) return { head: result as ChainPoint, problem: null };
      return { head: null, problem: { position: problem.position, problem: problem.problem, entry } };
    });
  }

  /** Signs the tenant's chain as of now: the place of the entry that records this. */
  async anchor(principal: Principal): Promise<Anchor> {
    const { tenantId } = principal;
    const now = this.clock.now();
    const point = await this.database.tenant(tenantId, (tx) =>
      appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'AUDIT_ANCHORED',
        subjectRef: null,
        recordedAt: now,
        body: {},
      }),
    );
    return signAnchor(this.keyring, tenantId, point, now);
  }

  /** What the tenant's anchors are checked with. */
  async publicKey({ tenantId }: Principal): Promise<{ readonly keyId: string; readonly pem: string }> {
    return this.keyring.publicKey(tenantId);
  }

  async #read(
    tx: Transaction,
    principal: Principal,
    subjectRef: string | null,
    body: { readonly what: string; readonly kinds?: readonly string[]; readonly count: number },
  ): Promise<Appended> {
    const recordedAt = this.clock.now();
    return appendEntry(tx, principal, { kind: 'AUDIT', type: 'AUDIT_READ', subjectRef, recordedAt, body });
  }

  async #idHash(tenantId: string, speakerId: string | null): Promise<Buffer | null> {
    return speakerId === null ? null : this.keyring.keyedHash(tenantId, 'speaker-id', speakerId);
  }

  async #named(tx: Transaction, rows: readonly NamedLedgerRow[]): Promise<NamedEntry[]> {
    const overrides = new Map<string, string>();
    for (const { type, body, eventId } of rows) {
      const { overrideId } = JSON.parse(body) as { overrideId?: unknown };
      if (type === 'DECISION_OVERRIDDEN' && typeof overrideId === 'string' && UUID.test(overrideId))
        overrides.set(eventId, overrideId);
    }
    const notes = new Map<string, string>();
    for (const note of overrides.size === 0 ? [] : await listOverrideNotes(tx, [...overrides.values()])) {
      notes.set(note.overrideId, await openNote(tx, this.keyring, note.overrideId, note));
    }
    return rows.map((row) => ({
      ...row,
      entryKind: kindOf(row.type),
      note: notes.get(overrides.get(row.eventId) ?? '') ?? '',
    }));
  }
}

/** The pseudonym of somebody by their id: of who is known, or else of who opted out. */
async function resolveSpeaker(
  tx: Transaction,
  speakerId: string | null,
  idHash: Buffer | null,
): Promise<string | null> {
  if (speakerId === null || idHash === null) return null;
  const known = await findSpeaker(tx, speakerId);
  if (known !== null) return known.speakerRef;
  const [optOut] = await findOptOuts(tx, [idHash]);
  if (optOut === undefined) throw new VouchError('SPEAKER_NOT_FOUND');
  return optOut.subjectRef;
}
