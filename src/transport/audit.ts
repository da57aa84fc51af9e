import type {
  Anchor,
  EntryFilter,
  NamedEntry,
  Overrider,
  Period,
  SpeakerReader,
  Unusual,
  Verification,
} from '../audit/index.js';
import { VouchError } from '../errors.js';
import * as proto from '../gen/vouch/v1/audit.js';
import { Role } from '../gen/vouch/v1/common.js';
import { fromProto, toProto, toProtoOrUnspecified } from './enums.js';
import { optionalId, required, validId, validTime, validUuid } from './validate.js';

const DAY_MS = 86_400_000;
/** How far back summaries go where no beginning is given. */
const SUMMARY_DAYS = 90;

/** Throws ID_INVALID, FIELD_INVALID, FIELD_REQUIRED. */
export function readFilter(filter: proto.AuditFilter | undefined): EntryFilter {
  return {
    speakerId: optionalId(filter?.speakerId ?? '', 'filter.speaker_id') || null,
    subjectRef: filter?.subjectRef ? validUuid(filter.subjectRef, 'filter.subject_ref') : null,
    actorId: optionalId(filter?.actorId ?? '', 'filter.actor_id') || null,
    kinds: (filter?.kinds ?? []).map((kind) => fromProto(proto.AuditKind, kind, 'filter.kinds')),
    from: validTime(filter?.from, 'filter.from'),
    to: validTime(filter?.to, 'filter.to'),
  };
}

/** Throws FIELD_INVALID for a period that ends before it begins. */
export function readPeriod(
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  days = SUMMARY_DAYS,
): Period {
  const end = validTime(to, 'to') ?? new Date();
  const begin = validTime(from, 'from') ?? new Date(end.getTime() - days * DAY_MS);
  if (begin > end) throw new VouchError('FIELD_INVALID', { field: 'from', message: 'from is after to.' });
  return { from: begin, to: end };
}

/** The last position of the page before; null for the first page. Throws FIELD_INVALID. */
export function readPageToken(token: string): number | null {
  if (token === '') return null;
  if (!/^[1-9][0-9]{0,14}$/.test(token)) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return Number(token);
}

/** Throws ID_INVALID, FIELD_INVALID, FIELD_REQUIRED. */
export function readAnchor(anchor: proto.AuditAnchor): Anchor {
  return {
    tenantId: validId(anchor.tenantId, 'anchor.tenant_id'),
    position: anchor.position,
    hash: Buffer.from(anchor.hash),
    signedAt: required(validTime(anchor.signedAt, 'anchor.signed_at'), 'anchor.signed_at'),
    keyId: anchor.keyId,
    signature: Buffer.from(anchor.signature),
  };
}

export function writeAnchor(anchor: Anchor): proto.AuditAnchor {
  const { tenantId, position, hash, signedAt, keyId, signature } = anchor;
  return { tenantId, position, hash, signedAt, keyId, signature };
}

export function writeEntry(entry: NamedEntry): proto.AuditEntry {
  return {
    position: entry.position,
    eventId: entry.eventId,
    kind: toProtoOrUnspecified(proto.AuditKind, entry.entryKind),
    type: entry.type,
    speakerId: entry.speakerId ?? '',
    subjectRef: entry.subjectRef ?? '',
    actorId: entry.actorId ?? '',
    role: writeRole(entry.actorRole),
    onBehalfOf: entry.onBehalfOf ?? '',
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    callId: entry.callId ?? '',
    detailsJson: entry.body,
    note: entry.note,
    hash: entry.hash,
  };
}

export function writeReader({ role, ...reader }: SpeakerReader): proto.SpeakerReader {
  return { ...reader, role: writeRole(role) };
}

export function writeOverrider({ role, ...overrider }: Overrider): proto.Overrider {
  return { ...overrider, role: writeRole(role) };
}

export function writeUnusual(unusual: Unusual): proto.UnusualAccess {
  const { actorId, role, day, speakers, reasons, own, colleagues } = unusual;
  return {
    actorId,
    role: writeRole(role),
    day: new Date(day * DAY_MS).toISOString().slice(0, 10),
    speakers,
    reasons: reasons.map((reason) => toProto(proto.UnusualReason, reason)),
    ...(own === null ? {} : { ownMedian: own.median, ownScore: own.score }),
    ...(colleagues === null
      ? {}
      : { colleaguesMedian: colleagues.median, colleaguesRatio: colleagues.ratio }),
  };
}

export function writeVerification(
  { head, problem }: Verification,
  anchor: Anchor | null,
): proto.VerifyAuditResponse {
  if (problem === null) {
    return {
      problem: proto.AuditProblem.UNSPECIFIED,
      position: head.position,
      entry: undefined,
      headHash: head.hash,
      anchoredPosition: anchor?.position ?? 0,
    };
  }
  return {
    problem: toProto(proto.AuditProblem, problem.problem),
    position: problem.position,
    entry: problem.entry === null ? undefined : writeEntry(problem.entry),
    headHash: Buffer.alloc(0),
    anchoredPosition: 0,
  };
}

/** The service itself has no role of the contract. */
export function writeRole(role: string): Role {
  return role in Role ? Role[role as keyof typeof Role] : Role.UNSPECIFIED;
}
