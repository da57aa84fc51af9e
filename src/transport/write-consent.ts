import type { ListedEvent, StoredNotice } from '../consent/index.js';
import * as common from '../gen/vouch/v1/common.js';
import * as proto from '../gen/vouch/v1/consent.js';
import { writeRole } from './audit.js';
import { toProto, toProtoOrUnspecified } from './enums.js';
import { writeNoticeReference, writeProofing } from './write-people.js';

/** A notice as it was published. */
export function writeNotice({ textSha256, publishedAt, ...notice }: StoredNotice): proto.PublishedNotice {
  const purposes = notice.purposes.map((purpose) => toProto(common.Purpose, purpose));
  const channel = toProto(proto.NoticeChannel, notice.channel);
  return { notice: { ...notice, purposes, channel }, textSha256, publishedAt };
}

/** An event as the contract tells it: what its type does not have stays empty. */
export function writeConsentEvent({ event, by, details }: ListedEvent): proto.ConsentEvent {
  const { eventId, position: chainPosition, occurredAt, recordedAt } = event;
  return proto.ConsentEvent.fromPartial({
    eventId,
    chainPosition,
    type: toProto(proto.ConsentEventType, event.type),
    occurredAt,
    recordedAt,
    actorId: by.actorId ?? '',
    actorRole: writeRole(by.actorRole),
    onBehalfOf: by.onBehalfOf ?? '',
    ...writeBody(event),
    callId: details?.callId ?? '',
    mediaTimeMs: details?.mediaTimeMs ?? undefined,
    evidence: details?.evidence
      ? { ...details.evidence, sha256: Buffer.from(details.evidence.sha256, 'hex') }
      : undefined,
    proofing: details?.proofing ? writeProofing(details.proofing) : undefined,
  });
}

function writeBody(event: ListedEvent['event']): proto.DeepPartial<proto.ConsentEvent> {
  switch (event.type) {
    case 'SPEAKER_STATE_SET':
    case 'SPEAKER_STATE_LIFTED':
      return {
        state: toProto(proto.SpeakerState, event.body.state),
        reference: event.body.reference,
      };
    case 'CONSENT_WITHDRAWN':
      return { ...writeCommon(event.body), purposes: event.body.purposes.map(refused) };
    case 'OPTED_OUT':
      return writeCommon(event.body);
    case 'CONSENT_RECORDED':
      return { ...writeCommon(event.body), ...writeRecorded(event.body) };
  }
}

type Body<Type> = Extract<ListedEvent['event'], { type: Type }>['body'];

function writeRecorded(body: Body<'CONSENT_RECORDED'>): proto.DeepPartial<proto.ConsentEvent> {
  return {
    purposes: (Object.keys(body.purposes) as (keyof typeof body.purposes)[]).map((purpose) => ({
      purpose: toProto(common.Purpose, purpose),
      value: toProtoOrUnspecified(proto.ConsentValue, body.purposes[purpose] ?? null),
    })),
    ground: toProto(proto.ProcessingGround, body.ground),
    controllerEntity: body.controllerEntity,
    jurisdiction: body.jurisdiction,
    notice: body.notice ? writeNoticeReference(body.notice) : undefined,
    signatureMethod: toProtoOrUnspecified(proto.SignatureMethod, body.signatureMethod),
    capacity: toProto(proto.Capacity, body.capacity),
    expiresAt: body.expiresAt ?? undefined,
    doNotAskBefore: body.doNotAskBefore ?? undefined,
    liftsOptOut: body.liftsOptOut,
  };
}

function writeCommon({ retroactive, voiceprintsErased, voiceprintsKept }: Body<'OPTED_OUT'>) {
  return { retroactive, voiceprintsErased, voiceprintsKept };
}

function refused(purpose: Body<'CONSENT_WITHDRAWN'>['purposes'][number]) {
  return { purpose: toProto(common.Purpose, purpose), value: proto.ConsentValue.REFUSED };
}
