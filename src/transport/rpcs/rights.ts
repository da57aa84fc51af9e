import * as proto from '../../gen/vouch/v1/consent.js';
import { fromProto } from '../enums.js';
import { idempotencyKey, requiredText, validId, validOnBehalfOf } from '../validate.js';
import { writeHeldState } from '../write-people.js';
import { writeErasureEvidence, writeErasureReceipt } from '../write-rights.js';
import { inForce } from './in-force.js';
import type { TransportParts, WithPrincipal } from './parts.js';

type RightsCalls = 'setSpeakerState' | 'eraseSpeaker' | 'exportSpeakerData' | 'getErasureEvidence';

/** Pieces of exported files, bytes. */
const PIECE_BYTES = 65_536;

/** The part of ConsentService that is about people's rights: for privacy officers and administrators. */
export function rightsCalls(
  parts: TransportParts,
): Pick<proto.ConsentServiceImplementation<WithPrincipal>, RightsCalls> {
  const { rights, speakerStates, poller } = parts;
  return {
    setSpeakerState: async (request, { principal }) => {
      const states = await speakerStates.set(principal, {
        speakerId: validId(request.speakerId, 'speaker_id'),
        state: fromProto(proto.SpeakerState, request.state, 'state'),
        inForce: request.inForce,
        reference: requiredText(request.reference, 'reference', 64),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      await inForce(poller);
      return { states: states.map(writeHeldState) };
    },

    eraseSpeaker: async (request, { principal }) => {
      const receipt = await rights.erase(principal, {
        speakerId: validId(request.speakerId, 'speaker_id'),
        onBehalfOf: validOnBehalfOf(request),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      await inForce(poller);
      return { receipt: writeErasureReceipt(receipt) };
    },

    exportSpeakerData: async function* (request, { principal }) {
      const files = await rights.export(principal, validId(request.speakerId, 'speaker_id'));
      for (const { name, mediaType, content } of files) {
        const sizeBytes = content.length;
        yield { message: { $case: 'file' as const, value: { name, mediaType, sizeBytes } } };
        for (let at = 0; at < content.length; at += PIECE_BYTES) {
          yield { message: { $case: 'data' as const, value: content.subarray(at, at + PIECE_BYTES) } };
        }
      }
    },

    getErasureEvidence: async (request, { principal }) => {
      const records = await rights.evidence(principal, validId(request.speakerId, 'speaker_id'));
      return { records: records.map(writeErasureEvidence) };
    },
  };
}
