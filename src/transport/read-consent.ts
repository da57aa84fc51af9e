import type { OptOutInput, RecordConsentInput, WithdrawInput } from '../consent/index.js';
import type {
  ConsentValue,
  Evidence,
  IdentityProofing,
  Notice,
  NoticeReference,
  Purpose,
} from '../domain/people.js';
import { VouchError } from '../errors.js';
import * as common from '../gen/vouch/v1/common.js';
import * as proto from '../gen/vouch/v1/consent.js';
import { fromProto, fromProtoOptional } from './enums.js';
import {
  idempotencyKey,
  languageTag,
  optionalId,
  validOnBehalfOf,
  required,
  requiredText,
  sha256Hex,
  validId,
  validTime,
  within,
} from './validate.js';

const NOTICE_BYTES = 65_536;
export const MOST_VERSION = 1_000_000;

export function readNotice(given: proto.Notice | undefined): Notice {
  const notice = required(given, 'notice');
  const bytes = Buffer.byteLength(notice.text, 'utf8');
  if (bytes < 1 || bytes > NOTICE_BYTES) {
    throw new VouchError('FIELD_INVALID', {
      field: 'notice.text',
      message: 'notice.text must have 1 to 65536 bytes.',
    });
  }
  const language = languageTag(notice.language, 'notice.language');
  if (language === '') throw new VouchError('FIELD_REQUIRED', { field: 'notice.language' });
  return {
    noticeId: validId(notice.noticeId, 'notice.notice_id'),
    version: within(notice.version, 'notice.version', 1, MOST_VERSION),
    language,
    channel: fromProto(proto.NoticeChannel, notice.channel, 'notice.channel'),
    text: notice.text,
    purposes: readPurposes(notice.purposes, 'notice.purposes'),
    controllerEntity: requiredText(notice.controllerEntity, 'notice.controller_entity', 256),
    retentionDays: within(notice.retentionDays, 'notice.retention_days', 1, 3650),
    requiresNewConsent: notice.requiresNewConsent,
    newConsentGraceDays: within(notice.newConsentGraceDays, 'notice.new_consent_grace_days', 0, 365),
  };
}

export function readRecordConsent(request: proto.RecordConsentRequest): RecordConsentInput {
  return {
    speakerId: validId(request.speakerId, 'speaker_id'),
    purposes: readValues(request.purposes),
    ground: fromProto(proto.ProcessingGround, request.ground, 'ground'),
    controllerEntity: requiredText(request.controllerEntity, 'controller_entity', 256),
    jurisdiction: requiredText(request.jurisdiction, 'jurisdiction', 64),
    notice: request.notice ? readNoticeReference(request.notice) : null,
    occurredAt: required(validTime(request.occurredAt, 'occurred_at'), 'occurred_at'),
    callId: optionalId(request.callId, 'call_id'),
    mediaTimeMs: request.mediaTimeMs ?? null,
    evidence: readEvidence(request.evidence, 'evidence'),
    signatureMethod: fromProtoOptional(proto.SignatureMethod, request.signatureMethod, 'signature_method'),
    proofing: readProofing(request.proofing, 'proofing'),
    capacity: fromProto(proto.Capacity, request.capacity, 'capacity'),
    expiresAt: validTime(request.expiresAt, 'expires_at'),
    doNotAskBefore: validTime(request.doNotAskBefore, 'do_not_ask_before'),
    onBehalfOf: validOnBehalfOf(request),
    liftsOptOut: request.liftsOptOut,
    idempotencyKey: idempotencyKey(request.idempotencyKey),
  };
}

export function readWithdraw(request: proto.WithdrawConsentRequest): WithdrawInput {
  return { ...readOptOut(request), purposes: readPurposes(request.purposes, 'purposes') };
}

export function readOptOut(request: proto.OptOutRequest): OptOutInput {
  return {
    speakerId: validId(request.speakerId, 'speaker_id'),
    occurredAt: validTime(request.occurredAt, 'occurred_at'),
    evidence: readEvidence(request.evidence, 'evidence'),
    onBehalfOf: validOnBehalfOf(request),
    idempotencyKey: idempotencyKey(request.idempotencyKey),
  };
}

/** How the person was proved to be who they say; null where it was left out. */
export function readProofing(
  proofing: common.IdentityProofing | undefined,
  field: string,
): IdentityProofing | null {
  if (!proofing) return null;
  return {
    method: requiredText(proofing.method, `${field}.method`, 64),
    strength: fromProto(common.ProofingStrength, proofing.strength, `${field}.strength`),
    actor: optionalId(proofing.actor, `${field}.actor`),
    reference: optionalId(proofing.reference, `${field}.reference`),
    provedAt: required(validTime(proofing.provedAt, `${field}.proved_at`), `${field}.proved_at`),
  };
}

function readEvidence(evidence: common.Evidence | undefined, field: string): Evidence | null {
  if (!evidence) return null;
  return {
    type: requiredText(evidence.type, `${field}.type`, 64),
    reference: optionalId(evidence.reference, `${field}.reference`),
    sha256: evidence.sha256.length === 0 ? '' : sha256Hex(evidence.sha256, `${field}.sha256`),
  };
}

function readNoticeReference(notice: proto.NoticeReference): NoticeReference {
  return {
    noticeId: validId(notice.noticeId, 'notice.notice_id'),
    version: within(notice.version, 'notice.version', 1, MOST_VERSION),
    language: languageTag(notice.language, 'notice.language'),
    textSha256: sha256Hex(notice.textSha256, 'notice.text_sha256'),
  };
}

function readPurposes(purposes: readonly common.Purpose[], field: string): Purpose[] {
  if (purposes.length === 0) throw new VouchError('FIELD_REQUIRED', { field, message: `${field} is empty.` });
  const names = purposes.map((purpose, index) => fromProto(common.Purpose, purpose, `${field}[${index}]`));
  return [...new Set(names)];
}

function readValues(values: readonly proto.PurposeValue[]): Partial<Record<Purpose, ConsentValue>> {
  if (values.length === 0)
    throw new VouchError('FIELD_REQUIRED', { field: 'purposes', message: 'purposes is empty.' });
  const read: Partial<Record<Purpose, ConsentValue>> = {};
  for (const [index, { purpose, value }] of values.entries()) {
    const name = fromProto(common.Purpose, purpose, `purposes[${index}].purpose`);
    if (read[name] !== undefined) {
      throw new VouchError('FIELD_INVALID', {
        field: `purposes[${index}].purpose`,
        message: 'A purpose is named more than once.',
      });
    }
    read[name] = fromProto(proto.ConsentValue, value, `purposes[${index}].value`);
  }
  return read;
}
