import { createHash, randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import {
  ConsentGate,
  Consents,
  type OptOutInput,
  type RecordConsentInput,
  type WithdrawInput,
} from '../../src/consent/index.js';
import type { Notice, NoticeReference } from '../../src/domain/people.js';
import type { Principal } from '../../src/domain/principal.js';
import { freshGround, type Ground } from './tenant.js';

/** A notice that asks for VERIFY and ADAPT, changed as wished. */
export function notice(changes: Partial<Notice> = {}): Notice {
  return {
    noticeId: 'voice',
    version: 1,
    language: 'en',
    channel: 'IVR',
    text: 'May we recognise you by your voice?',
    purposes: ['VERIFY', 'ADAPT'],
    controllerEntity: 'Acme Bank',
    retentionDays: 1000,
    requiresNewConsent: false,
    newConsentGraceDays: 0,
    ...changes,
  };
}

/** A notice as a person is given it. */
export function given({ noticeId, version, language, text }: Notice): NoticeReference {
  return { noticeId, version, language, textSha256: createHash('sha256').update(text).digest('hex') };
}

export interface ConsentGround extends Ground {
  readonly consents: Consents;
  readonly gate: ConsentGate;
  /** Records a grant of VERIFY under version 1 of the notice, said now, changed as wished. */
  readonly grant: (
    speakerId: string,
    changes?: Partial<RecordConsentInput>,
  ) => ReturnType<Consents['recordConsent']>;
  readonly withdraw: (
    speakerId: string,
    changes?: Partial<WithdrawInput>,
  ) => ReturnType<Consents['withdraw']>;
  readonly optOut: (speakerId: string, changes?: Partial<OptOutInput>) => ReturnType<Consents['optOut']>;
  /** Whether the gate gives a grant of VERIFY. */
  readonly isOpen: (speakerId: string) => Promise<boolean>;
}

/** A tenant with a published notice. */
export async function consentGround(t: ExecutionContext): Promise<ConsentGround> {
  const ground = await freshGround(t);
  const { database, keyring, clock, officer } = ground;
  const consents = new Consents(database, keyring, clock);
  const gate = new ConsentGate(database, keyring, clock);
  await consents.publishNotice(officer, notice(), 'notice-1');
  return {
    ...ground,
    consents,
    gate,
    grant: (speakerId, changes) =>
      consents.recordConsent(officer, recordInput(speakerId, clock.now(), changes)),
    withdraw: (speakerId, changes) =>
      consents.withdraw(officer, { ...refusal(speakerId), purposes: ['VERIFY'], ...changes }),
    optOut: (speakerId, changes) => consents.optOut(officer, { ...refusal(speakerId), ...changes }),
    isOpen: async (speakerId) => (await gate.openClaim(officer.tenantId, speakerId, 'VERIFY')).grant !== null,
  };
}

/** The same for another tenant of the same service. */
export async function grantIn(ground: ConsentGround, principal: Principal, speakerId: string): Promise<void> {
  await ground.consents.publishNotice(principal, notice(), 'notice-1');
  await ground.consents.recordConsent(principal, recordInput(speakerId, ground.clock.now()));
}

export function recordInput(
  speakerId: string,
  occurredAt: Date,
  changes: Partial<RecordConsentInput> = {},
): RecordConsentInput {
  return {
    speakerId,
    purposes: { VERIFY: 'GRANTED' },
    ground: 'EXPLICIT_CONSENT',
    controllerEntity: 'Acme Bank',
    jurisdiction: 'EU',
    notice: given(notice()),
    occurredAt,
    callId: 'call-4711',
    mediaTimeMs: 12_000,
    evidence: { type: 'recording', reference: 'archive/kim-lee.wav', sha256: '' },
    signatureMethod: 'SPOKEN',
    proofing: {
      method: 'one-time-code',
      strength: 'MEDIUM',
      actor: 'agent-smith',
      reference: 'ticket-99',
      provedAt: occurredAt,
    },
    capacity: 'SELF',
    expiresAt: null,
    doNotAskBefore: null,
    onBehalfOf: 'branch-berlin',
    liftsOptOut: false,
    idempotencyKey: randomUUID(),
    ...changes,
  };
}

function refusal(speakerId: string): OptOutInput {
  return { speakerId, occurredAt: null, evidence: null, onBehalfOf: '', idempotencyKey: randomUUID() };
}
