import { createHash, randomUUID } from 'node:crypto';
import type { Connection } from '../../src/cli/connection.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { Capacity, ConsentValue, NoticeChannel, ProcessingGround } from '../../src/gen/vouch/v1/consent.js';

/** Publishes a notice of its own and records that a speaker agreed to be verified. */
export async function recordGrant({ consent }: Connection, speakerId: string): Promise<void> {
  const noticeId = `notice-${randomUUID()}`;
  const text = 'We would like to recognise you by your voice.';
  const controllerEntity = 'Example Ltd';
  await consent.publishNotice({
    notice: {
      noticeId,
      version: 1,
      language: 'en',
      channel: NoticeChannel.WEB,
      text,
      purposes: [Purpose.VERIFY],
      controllerEntity,
      retentionDays: 365,
    },
    idempotencyKey: randomUUID(),
  });
  await consent.recordConsent({
    speakerId,
    purposes: [{ purpose: Purpose.VERIFY, value: ConsentValue.GRANTED }],
    ground: ProcessingGround.EXPLICIT_CONSENT,
    controllerEntity,
    jurisdiction: 'EU',
    notice: { noticeId, version: 1, language: 'en', textSha256: createHash('sha256').update(text).digest() },
    occurredAt: new Date(),
    capacity: Capacity.SELF,
    idempotencyKey: randomUUID(),
  });
}
