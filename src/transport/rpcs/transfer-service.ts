import type { LeftOut } from '../../domain/transfer.js';
import { VouchError } from '../../errors.js';
import * as proto from '../../gen/vouch/v1/transfer.js';
import { toProto } from '../enums.js';
import { idempotencyKey, required, validUuid, within } from '../validate.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { Upload } from './upload.js';

const USUAL_DAYS = 7;
const MOST_DAYS = 90;

/** Some ten million speakers. */
const MOST_IMPORT_BYTES = 64 * 1024 ** 3;
const MOST_PEM_LENGTH = 4096;
const MOST_IMPORT_MS = 24 * 3_600_000;

/** TransferService: for privacy officers and administrators. */
export function transferService(parts: TransportParts): proto.TransferServiceImplementation<WithPrincipal> {
  const { transfers, transferKeys, speakerExport, speakerImport, stallTimeoutMs, poller } = parts;
  // One person with the right role could take all voiceprints along: whoever runs the process must want it, too.
  const check = () => {
    if (!transfers) throw new VouchError('TRANSFERS_OFF');
  };
  return {
    createTransferKey: async (request, { principal }) => {
      check();
      const days = within(request.days === 0 ? USUAL_DAYS : request.days, 'days', 1, MOST_DAYS);
      const { key, expiresAt } = await transferKeys.create(
        principal,
        days,
        idempotencyKey(request.idempotencyKey),
      );
      return { key, expiresAt };
    },

    exportSpeakers: async function* (request, { principal }) {
      check();
      const { transferId, publicKey } = required(request.key, 'key');
      const key = { transferId: validUuid(transferId, 'key.transfer_id'), publicKey };
      for await (const part of speakerExport.run(principal, key)) {
        if ('data' in part) yield* pieces(part.data);
        else if ('leftOut' in part) yield leftOut(part.leftOut);
        else yield { message: { $case: 'summary', value: part.summary } };
      }
    },

    importSpeakers: async function* (requests, { principal }) {
      check();
      const upload = new Upload(requests, {
        maximumBytes: MOST_IMPORT_BYTES,
        messageTimeoutMs: stallTimeoutMs,
        totalTimeoutMs: MOST_IMPORT_MS,
        tooLong: 'TRANSFER_FILE_INVALID',
      });
      const { exporterPublicKeyPem } = await upload.start();
      const field = 'start.exporter_public_key_pem';
      within(exporterPublicKeyPem.length, field, 1, MOST_PEM_LENGTH);
      for await (const part of speakerImport.run(principal, exporterPublicKeyPem, upload.pieces())) {
        if ('leftOut' in part) yield leftOut(part.leftOut);
        else yield { message: { $case: 'summary', value: part.summary } };
      }
      await poller.poke();
    },
  };
}

/** Messages have an end. */
const MOST_PIECE_BYTES = 262_144;

function* pieces(data: Buffer): Generator<proto.ExportSpeakersResponse> {
  for (let at = 0; at < data.length; at += MOST_PIECE_BYTES) {
    yield { message: { $case: 'data', value: data.subarray(at, at + MOST_PIECE_BYTES) } };
  }
}

function leftOut({ speakerId, reason }: LeftOut) {
  const value = { speakerId, reason: toProto(proto.LeftOutReason, reason) };
  return { message: { $case: 'leftOut' as const, value } };
}
