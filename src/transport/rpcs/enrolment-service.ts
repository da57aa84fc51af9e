import {
  EnrolmentServiceDefinition,
  type EnrolmentServiceImplementation,
  type EnrolmentStart,
} from '../../gen/vouch/v1/enrolment.js';
import * as common from '../../gen/vouch/v1/common.js';
import { adaptFromCall, enrolFromCall, showTrustPhrase, type RecordingToEnrol } from '../../session/index.js';
import { fromProtoOptional } from '../enums.js';
import { readAudioFormat } from '../read-call.js';
import { readProofing } from '../read-consent.js';
import { DEFAULT_LABEL } from '../read-manifest.js';
import {
  idempotencyKey,
  optionalId,
  validOnBehalfOf,
  required,
  requiredText,
  validId,
  validText,
  validTime,
  validUuid,
  within,
} from '../validate.js';
import { writeVoiceprint } from '../write-people.js';
import { approvalRpcs } from './approvals.js';
import type { AtOwner } from './at-owner.js';
import { enrolmentJobs } from './enrolment-jobs.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { Upload } from './upload.js';

/** EnrolmentService. */
export function enrolmentService(
  parts: TransportParts,
  owner: AtOwner,
): EnrolmentServiceImplementation<WithPrincipal> {
  const { voiceprints, speakers, poller } = parts;
  const { methods } = EnrolmentServiceDefinition;
  return {
    ...enrolmentJobs(parts),
    ...approvalRpcs(parts),

    enrolFromCall: owner.rpc(methods.enrolFromCall, async (request, { principal }) => {
      const voiceprint = await enrolFromCall(parts, principal, {
        callId: request.callId,
        speakerId: validId(request.speakerId, 'speaker_id'),
        label: readLabel(request.label, 'label'),
        proofing: readProofing(request.proofing, 'proofing'),
        onBehalfOf: validOnBehalfOf(request),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      await poller.poke();
      return { voiceprint: writeVoiceprint(voiceprint) };
    }),

    adaptFromCall: owner.rpc(methods.adaptFromCall, async (request, { principal }) => {
      const voiceprint = await adaptFromCall(parts, principal, {
        callId: request.callId,
        speakerId: validId(request.speakerId, 'speaker_id'),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      await poller.poke();
      return { voiceprint: writeVoiceprint(voiceprint) };
    }),

    setTrustPhrase: async (request, { principal }) => {
      await parts.trustPhrases.set(principal, {
        speakerId: validId(request.speakerId, 'speaker_id'),
        phrase: requiredText(request.phrase, 'phrase', 256),
        idempotencyKey: idempotencyKey(request.idempotencyKey),
      });
      return {};
    },

    getTrustPhrase: owner.rpc(methods.getTrustPhrase, async ({ callId }, { principal }) => {
      return { phrase: await showTrustPhrase(parts, principal, callId) };
    }),

    enrolFromRecording: async (requests, { principal, signal }) => {
      const upload = new Upload(requests, parts.uploadLimits);
      const recording = readRecording(await upload.start(), () => upload.bytes());
      const voiceprint = await parts.recordings.enrol(principal, recording, signal);
      await poller.poke();
      return { voiceprint: writeVoiceprint(voiceprint) };
    },

    listVoiceprints: async (request, { principal }) => {
      const all = await voiceprints.list(principal, validId(request.speakerId, 'speaker_id'));
      return { voiceprints: all.map(writeVoiceprint) };
    },

    deleteVoiceprint: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      await voiceprints.delete(principal, validUuid(request.voiceprintId, 'voiceprint_id'), key);
      await poller.poke();
      return {};
    },

    getSpeaker: async (request, { principal }) => {
      return { speaker: await speakers.get(principal, validId(request.speakerId, 'speaker_id')) };
    },

    setSpeakerAccount: async (request, { principal }) => {
      const speakerId = validId(request.speakerId, 'speaker_id');
      const accountId = optionalId(request.accountId, 'account_id');
      await speakers.setAccount(principal, speakerId, accountId, idempotencyKey(request.idempotencyKey));
      return {};
    },

    listSpeakers: async (request, { principal }) => {
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const page = await speakers.list(principal, pageSize, validText(request.pageToken, 'page_token', 1024));
      return { speakers: [...page.speakers], nextPageToken: page.nextPageToken };
    },
  };
}

function readRecording(start: EnrolmentStart, bytes: () => Promise<Uint8Array>): RecordingToEnrol {
  return {
    request: {
      speakerId: validId(start.speakerId, 'start.speaker_id'),
      label: readLabel(start.label, 'start.label'),
      proofing: readProofing(start.proofing, 'start.proofing'),
      onBehalfOf: validOnBehalfOf(start, 'start.on_behalf_of'),
      idempotencyKey: idempotencyKey(start.idempotencyKey),
    },
    raw: start.format && readAudioFormat(start.format, 'start.format'),
    callerChannel: start.callerChannel,
    source: fromProtoOptional(common.SourceProfile, start.source, 'start.source'),
    recordedAt: required(validTime(start.recordedAt, 'start.recorded_at'), 'start.recorded_at'),
    bytes,
  };
}

function readLabel(label: string, field: string): string {
  return label === '' ? DEFAULT_LABEL : requiredText(label, field, 64);
}
