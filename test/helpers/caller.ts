import { createHash, randomUUID } from 'node:crypto';
import type { Channel } from 'nice-grpc';
import type { Role } from '../../src/domain/principal.js';
import {
  AudioEncoding,
  ChannelLayout,
  ProofingStrength,
  Purpose,
  type AudioFormat,
} from '../../src/gen/vouch/v1/common.js';
import type { AdminServiceClient } from '../../src/gen/vouch/v1/admin.js';
import {
  Capacity,
  ConsentValue,
  NoticeChannel,
  ProcessingGround,
  type ConsentServiceClient,
  type RecordConsentRequest,
  type RecordConsentResponse,
} from '../../src/gen/vouch/v1/consent.js';
import type {
  DeepPartial,
  EnrolmentServiceClient,
  EnrolmentStart,
  Voiceprint,
} from '../../src/gen/vouch/v1/enrolment.js';
import type {
  CallStart,
  GetCallResponse,
  RecordingStart,
  VerificationServiceClient,
  VerifyRecordingResponse,
} from '../../src/gen/vouch/v1/verification.js';
import type { RetentionServiceClient } from '../../src/gen/vouch/v1/retention.js';
import type { TransferServiceClient } from '../../src/gen/vouch/v1/transfer.js';
import { fixtureFile } from './speech.js';
import { TestStream } from './test-stream.js';
import { pcm16 } from './wave.js';

export interface Clients {
  readonly verification: VerificationServiceClient;
  readonly enrolment: EnrolmentServiceClient;
  readonly consent: ConsentServiceClient;
  readonly admin: AdminServiceClient;
  readonly retention: RetentionServiceClient;
  readonly transfer: TransferServiceClient;
}

/** Makes clients of a service for a tenant and a role, over a connection of their own where one is given. */
export interface ClientMaker {
  clients(tenantId: string, role: Role, channel?: Channel): Clients;
}

export const PCM: AudioFormat = {
  encoding: AudioEncoding.PCM_S16LE,
  sampleRateHz: 8000,
  channelLayout: ChannelLayout.CALLER_ONLY,
  callerChannel: 0,
};

const NOTICE = {
  noticeId: 'voice',
  version: 1,
  language: 'en',
  channel: NoticeChannel.AGENT_SCRIPT,
  text: 'May we recognise you by your voice?',
  purposes: [Purpose.VERIFY],
  controllerEntity: 'Acme Bank',
  retentionDays: 1000,
};

/** One organisation as its platform, its agents and its officers use the service. */
export class TestTenant {
  readonly verification: VerificationServiceClient;
  readonly enrolment: EnrolmentServiceClient;
  readonly consent: ConsentServiceClient;
  readonly admin: AdminServiceClient;
  readonly retention: RetentionServiceClient;
  readonly transfer: TransferServiceClient;

  constructor(
    readonly service: ClientMaker,
    readonly tenantId: string,
    role: Role = 'ADMINISTRATOR',
    channel?: Channel,
  ) {
    ({
      verification: this.verification,
      enrolment: this.enrolment,
      consent: this.consent,
      admin: this.admin,
      retention: this.retention,
      transfer: this.transfer,
    } = service.clients(tenantId, role, channel));
  }

  /** The same tenant in another role, or over another connection. */
  as(role: Role, channel?: Channel): TestTenant {
    return new TestTenant(this.service, this.tenantId, role, channel);
  }

  /** Publishes a notice, changed as wished. */
  async publishNotice(changes: DeepPartial<typeof NOTICE> = {}): Promise<void> {
    const notice = { ...NOTICE, ...changes };
    await this.consent.publishNotice({ notice, idempotencyKey: `notice ${notice.noticeId}` });
  }

  /** Records that a speaker said yes to VERIFY just now, changed as wished. */
  async grant(
    speakerId: string,
    changes: DeepPartial<RecordConsentRequest> = {},
  ): Promise<RecordConsentResponse> {
    return this.consent.recordConsent({
      speakerId,
      purposes: [{ purpose: Purpose.VERIFY, value: ConsentValue.GRANTED }],
      ground: ProcessingGround.EXPLICIT_CONSENT,
      controllerEntity: NOTICE.controllerEntity,
      jurisdiction: 'EU',
      notice: noticeReference(NOTICE.noticeId),
      occurredAt: new Date(),
      capacity: Capacity.SELF,
      idempotencyKey: randomUUID(),
      ...changes,
    });
  }

  async withdraw(speakerId: string, purposes = [Purpose.VERIFY]) {
    return this.consent.withdrawConsent({
      speakerId,
      purposes,
      idempotencyKey: randomUUID(),
    });
  }

  async optOut(speakerId: string) {
    return this.consent.optOut({ speakerId, idempotencyKey: randomUUID() });
  }

  /** Makes a voiceprint of a fixture. */
  async enrolFrom(path: string, start: DeepPartial<EnrolmentStart>): Promise<Voiceprint> {
    const { voiceprint } = await this.enrolment.enrolFromRecording(
      upload(
        { proofing: PROOFING, recordedAt: new Date(), idempotencyKey: randomUUID(), ...start },
        fixtureFile(path),
      ),
    );
    if (!voiceprint) throw new Error('No voiceprint came.');
    return voiceprint;
  }

  /** Grants and enrols a fixture speaker, for example `allison_en`; the folder is the speaker's id. */
  async enrol(speakerId: string): Promise<Voiceprint> {
    await this.grant(speakerId);
    return this.enrolFrom(`${speakerId}/enrol.wav`, { speakerId });
  }

  async verifyRecording(
    bytes: Uint8Array,
    start: DeepPartial<RecordingStart>,
  ): Promise<VerifyRecordingResponse> {
    return this.verification.verifyRecording(upload({ idempotencyKey: randomUUID(), ...start }, bytes));
  }

  /** Opens a stream of a new call that claims these speakers. */
  open(claims: readonly string[], start: DeepPartial<CallStart> = {}): TestStream {
    const callId = start.callId ?? `call-${randomUUID()}`;
    const stream = this.stream(callId);
    void stream.send({
      $case: 'start',
      value: { callId, format: PCM, claims: claims.map((speakerId) => ({ speakerId })), ...start },
    });
    return stream;
  }

  /** A whole call of these samples, at 8 kHz, that claims a speaker. */
  async call(speakerId: string, samples: Float32Array): Promise<TestStream> {
    const call = this.open([speakerId]);
    await call.audio(pcm16(samples));
    await call.end();
    return call;
  }

  /** A stream on which nothing was said yet. */
  stream(callId = ''): TestStream {
    return new TestStream(this.verification, callId);
  }

  async getCall(callId: string): Promise<GetCallResponse> {
    return this.verification.getCall({ callId });
  }
}

/** A published notice as a person is given it; all have the same text. */
export function noticeReference(noticeId: string) {
  const { version, language, text } = NOTICE;
  return { noticeId, version, language, textSha256: createHash('sha256').update(text).digest() };
}

/** How a person was proved to be who they say. */
export const PROOFING = {
  method: 'one-time-code',
  strength: ProofingStrength.MEDIUM,
  actor: 'agent',
  reference: 'ticket',
  provedAt: new Date('2026-01-01T00:00:00Z'),
};

/** A start, then a file in pieces. */
export async function* upload<Start>(start: Start, bytes: Uint8Array, pieceBytes = 65_536) {
  yield { message: { $case: 'start' as const, value: start } };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // A turn of the loop, so that an answer that came meanwhile is noticed.
    await new Promise((next) => setImmediate(next));
    yield { message: { $case: 'data' as const, value: Buffer.from(bytes.subarray(at, at + pieceBytes)) } };
  }
}
