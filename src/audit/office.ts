import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import {
  countReads,
  findActor,
  findLedgerEntry,
  listOverriders,
  listReaders,
  queryLedger,
  type Database,
  type OverriderRow,
  type Transaction,
} from '../storage/index.js';
import { checkAnchor, signAnchor, type Anchor } from './anchor.js';
import { appendEntry, type Appended } from './append.js';
import { Audit } from './audit.js';
import type { ChainPoint, ChainProblem } from './chain.js';
import { Names, speakerRefOf, type NamedEntry } from './names.js';
import { typesOf, type EntryKind } from './types.js';
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
/** Rows that a summary holds at most. */
const MOST_ROWS = 1000;

/** What officers and auditors ask of the trail. That they asked is recorded in it. */
export class AuditOffice {
  readonly #audit: Audit;
  readonly #names: Names;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.#audit = new Audit(database, clock);
    this.#names = new Names(keyring);
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
    const { tenantId } = principal;
    const wantedId = filter.speakerId === null ? null : await this.#names.idOf(tenantId, filter.speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const subjectRef = wantedId && (await speakerRefOf(tx, wantedId));
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
      const entries = await this.#names.of(tx, rows.slice(0, limit));
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
    const wantedId = await this.#names.idOf(principal.tenantId, speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const subjectRef = await speakerRefOf(tx, wantedId);
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
      const [entry = null] = row === null ? [] : await this.#names.of(tx, [row]);
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
}
