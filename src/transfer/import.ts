import { ZodError } from 'zod';
import { appendEntry } from '../audit/index.js';
import { publish } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import type { ImportSummary, LeftOut } from '../domain/transfer.js';
import { VouchError } from '../errors.js';
import type { Database } from '../storage/index.js';
import { importSpeaker } from './import-speaker.js';
import type { TransferKeys } from './keys.js';
import { recordSchema, speakerIdOf, type NoticeRecord, type SpeakerRecord } from './records.js';
import { TransferReader } from './sealed-file.js';

export type ImportPart =
  | { readonly leftOut: LeftOut }
  /** The end. */
  | { readonly summary: ImportSummary };

/** What an import needs. */
export interface ImportParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly transferKeys: TransferKeys;
  /** Every model whose vectors can be compared here. */
  readonly models: readonly EmbeddingSpace[];
}

/** Takes in speakers whom another installation sealed for this one. */
export class SpeakerImport {
  constructor(private readonly parts: ImportParts) {}

  /**
   * Reads a file as it arrives; who was not imported, and why. Each speaker is stored at once or not at all, so a file that
   * breaks off may be sent again: whoever is here already is left out then.
   *
   * @param exporterPem - the public key of the installation that must have made the file
   * @throws TRANSFER_FILE_INVALID, TRANSFER_KEY_INVALID, NOTICE_EXISTS, FIELD_INVALID for a notice that does not go with
   *   those that are published here
   */
  async *run(
    principal: Principal,
    exporterPem: string,
    pieces: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<ImportPart> {
    const { tenantId } = principal;
    const reader = await TransferReader.begin(pieces, exporterPem, (transferId) =>
      this.parts.transferKeys.open(tenantId, transferId),
    );
    const counts = { speakers: 0, voiceprints: 0, leftOut: 0 };
    let complete = false;
    try {
      for await (const record of reader.records()) {
        const parsed = recordSchema.safeParse(record);
        const result = parsed.success ? await this.#take(principal, reader, parsed.data) : 'UNKNOWN_FORM';
        if (typeof result === 'string') {
          counts.leftOut++;
          yield { leftOut: { speakerId: speakerIdOf(record), reason: result } };
        } else if (result !== null) {
          counts.speakers++;
          counts.voiceprints += result.voiceprints;
        }
      }
      complete = true;
    } finally {
      await this.#tell(principal, reader, { ...counts, complete });
    }
    yield { summary: counts };
  }

  /** Null for what is no speaker. */
  async #take(
    principal: Principal,
    reader: TransferReader,
    record: NoticeRecord | SpeakerRecord | { readonly record: 'end' },
  ) {
    const { database, keyring, clock, models } = this.parts;
    const now = clock.now();
    if (record.record === 'end') return null;
    if (record.record === 'notice') {
      const { publishedAt, ...notice } = record;
      await database.tenant(principal.tenantId, (tx) => publish(tx, principal, notice, now, publishedAt));
      return null;
    }
    const from = { transferId: reader.transferId, keyId: reader.keyId };
    try {
      return await database.tenant(principal.tenantId, (tx) =>
        importSpeaker({ tx, keyring, principal, now, models, from }, record),
      );
    } catch (error) {
      // What the database or the keyring cannot do now ends the import; what this record says leaves it out.
      const malformed =
        error instanceof ZodError || (error instanceof VouchError && error.reason === 'CIPHERTEXT_INVALID');
      if (!malformed) throw error;
      return 'UNKNOWN_FORM' as const;
    }
  }

  async #tell(
    principal: Principal,
    { transferId, keyId }: TransferReader,
    counts: ImportSummary & { readonly complete: boolean },
  ): Promise<void> {
    await this.parts.database.tenant(principal.tenantId, (tx) =>
      appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'SPEAKERS_IMPORTED',
        subjectRef: null,
        recordedAt: this.parts.clock.now(),
        body: { transferId, from: keyId, ...counts },
      }),
    );
  }
}
