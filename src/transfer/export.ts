import { appendEntry } from '../audit/index.js';
import { loadConsent, SPEAKER_ID_HASH, speakerStates } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { ExportSummary, LeftOut, LeftOutReason } from '../domain/transfer.js';
import { exportVoiceprints, type ExportedVoiceprint } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { consentHistory } from '../rights/index.js';
import {
  listAllNotices,
  listTransferable,
  type Database,
  type Transaction,
  type TransferableRow,
} from '../storage/index.js';
import { keptUntil } from '../terms/index.js';
import type { NoticeRecord, SpeakerRecord } from './records.js';
import { TransferWriter, type ReceiverKey } from './sealed-file.js';

export type ExportPart =
  | { readonly data: Buffer }
  | { readonly leftOut: LeftOut }
  /** The end. */
  | { readonly summary: ExportSummary };

/** What becomes of a speaker: a record, or why there is none. */
type Collected = { readonly record: SpeakerRecord } | LeftOutReason;

/** What some speakers came to. */
interface Page {
  readonly parts: readonly (({ readonly data: Buffer } | { readonly leftOut: LeftOut }) & {
    readonly withVoiceprints: boolean;
  })[];
  /** The last of them; null where there are no more. */
  readonly last: string | null;
}

/** Speakers read in one transaction. */
const PAGE = 25;

const UNREADABLE: ReadonlySet<string> = new Set(['KEY_MISSING', 'CIPHERTEXT_INVALID']);

/** Seals the speakers of a tenant for another installation. */
export class SpeakerExport {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * The file piece by piece, and who is not in it. Whoever is in it was recorded before their piece is given out.
   *
   * @throws TRANSFER_KEY_INVALID
   */
  async *run(principal: Principal, receiver: ReceiverKey): AsyncGenerator<ExportPart> {
    const { tenantId } = principal;
    const writer = await TransferWriter.begin(this.keyring, tenantId, receiver, this.clock.now());
    yield { data: writer.head };
    for await (const record of this.#notices(tenantId)) yield { data: whole(writer.record(record)) };
    const counts = { speakers: 0, withVoiceprints: 0, leftOut: 0 };
    for (let after: string | null = null; ;) {
      const page: Page = await this.#page(principal, receiver, writer, after);
      for (const { withVoiceprints, ...part } of page.parts) {
        if ('leftOut' in part) counts.leftOut++;
        else counts.speakers++;
        if (withVoiceprints) counts.withVoiceprints++;
        yield part;
      }
      if (page.last === null) break;
      after = page.last;
    }
    yield { data: whole(writer.record({ record: 'end', ...counts }, true)) };
    await this.database.tenant(tenantId, (tx) =>
      appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'SPEAKERS_TRANSFERRED',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: { transferId: receiver.transferId, ...counts },
      }),
    );
    yield { summary: counts };
  }

  async *#notices(tenantId: string): AsyncGenerator<NoticeRecord> {
    for (let after = 0; ;) {
      const last = after;
      const page = await this.database.tenant(tenantId, (tx) => listAllNotices(tx, last, PAGE));
      for (const { chainPosition, ...notice } of page) {
        after = chainPosition;
        yield { record: 'notice', ...notice, purposes: [...notice.purposes] };
      }
      if (page.length < PAGE) return;
    }
  }

  async #page(
    principal: Principal,
    { transferId }: ReceiverKey,
    writer: TransferWriter,
    after: string | null,
  ): Promise<Page> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const rows = await listTransferable(tx, after, PAGE);
      const parts: Page['parts'][number][] = [];
      const transferred: { readonly subjectRef: string; readonly voiceprints: number }[] = [];
      for (const row of rows) {
        const collected = await this.#collect(tx, row);
        const data = typeof collected === 'string' ? null : writer.record(collected.record);
        if (typeof collected === 'string' || data === null) {
          const reason = typeof collected === 'string' ? collected : 'TOO_LARGE';
          parts.push({ leftOut: { speakerId: row.speakerId, reason }, withVoiceprints: false });
          continue;
        }
        const voiceprints = collected.record.voiceprints.length;
        parts.push({ data, withVoiceprints: voiceprints > 0 });
        transferred.push({ subjectRef: row.speakerRef, voiceprints });
      }
      // Last, since others of the tenant who append wait from here on.
      for (const { subjectRef, voiceprints } of transferred) {
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'SPEAKER_TRANSFERRED',
          subjectRef,
          recordedAt: this.clock.now(),
          body: { transferId, voiceprints },
        });
      }
      return { parts, last: rows.length < PAGE ? null : (rows.at(-1)?.speakerRef ?? null) };
    });
  }

  async #collect(tx: Transaction, row: TransferableRow): Promise<Collected> {
    const { speakerRef, speakerId, createdAt, acceptedAt } = row;
    const now = this.clock.now();
    const idHash = await this.keyring.keyedHash(tx.tenantId, SPEAKER_ID_HASH, speakerId);
    // Somebody must look at these: they are neither to be copied nor to be forgotten.
    if ((await speakerStates(tx, idHash)).length > 0) return 'STATE';
    try {
      const { state } = await loadConsent(tx, { speakerRef, idHash }, now);
      const stands = state.purposes.some(({ purpose, granted }) => purpose === 'VERIFY' && granted);
      const kept = stands && (await keptUntil(tx, speakerRef, now)) > now;
      const voiceprints = kept ? await exportVoiceprints(tx, this.keyring, row, now) : [];
      const events = await consentHistory(tx, this.keyring, speakerRef);
      // Without what stands behind it an event is no evidence.
      if (events.length === 0 || events.some(({ details }) => details === '')) return 'UNREADABLE';
      const record = 'speaker' as const;
      const inUse = voiceprints.flatMap(transferable);
      return { record: { record, speakerId, createdAt, acceptedAt, events, voiceprints: inUse } };
    } catch (error) {
      if (error instanceof VouchError && UNREADABLE.has(error.reason)) return 'UNREADABLE';
      throw error;
    }
  }
}

/** Those in use and those that wait; what was superseded or set aside stays where it is. */
function transferable({
  vectors,
  models,
  status,
  ...voiceprint
}: ExportedVoiceprint): SpeakerRecord['voiceprints'] {
  if (status !== 'ACTIVE' && status !== 'PENDING') return [];
  const withModels = vectors.flatMap(({ space, ...vector }) => {
    const model = models.find((each) => each.space === space);
    return model === undefined ? [] : [{ ...model, ...vector }];
  });
  return withModels.length === 0 ? [] : [{ ...voiceprint, status, vectors: withModels }];
}

function whole(bytes: Buffer | null): Buffer {
  if (bytes === null)
    throw new VouchError('INTERNAL', { message: 'A notice is longer than a record may be.' });
  return bytes;
}
