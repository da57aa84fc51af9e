import { createHash, randomUUID } from 'node:crypto';
import { ProofingStrength, Purpose } from '../../gen/vouch/v1/common.js';
import { ReplayedCalls } from '../../gen/vouch/v1/admin.js';
import { Capacity, ConsentValue, NoticeChannel, ProcessingGround } from '../../gen/vouch/v1/consent.js';
import type { Voiceprint } from '../../gen/vouch/v1/enrolment.js';
import type { Connection } from '../connection.js';
import { enrolmentRequests } from '../streaming.js';
import type { Fixtures } from './fixtures.js';
import { EXTRAS, NO_RECORDINGS } from './scenes.js';

/** People who share a telephone: who of them answers is told in the calls that the company makes. */
export const HOUSEHOLD: readonly string[] = ['carlo_flora', 'paola_dal_zot'];

const NOTICE = {
  noticeId: 'voice-notice',
  version: 1,
  language: 'en-GB',
  channel: NoticeChannel.AGENT_SCRIPT,
  text:
    'Demo Ltd would like to recognise you by your voice when you call. For this we compute a voiceprint, keep it ' +
    'encrypted for at most three years without use, and compare it with your voice in later calls; when we call you, also to ' +
    'know who of your household answers. You may say no, or take your consent back at any time; then it is erased, and we ' +
    'ask you our usual questions.',
  purposes: [Purpose.VERIFY, Purpose.IDENTIFY],
  controllerEntity: 'Demo Ltd',
  retentionDays: 1095,
};

/** Publishes the notice, records what everybody said to it, and enrols those who are to be known. */
export async function prepare(
  connection: Connection,
  fixtures: Fixtures,
  told: (voiceprint: Voiceprint) => void,
): Promise<void> {
  await connection.consent.publishNotice({ notice: NOTICE, idempotencyKey: randomUUID() });
  await putPolicy(connection);
  const enrolled = fixtures.enrolments.map(({ person, path }) => ({
    speakerId: person,
    path: fixtures.file(path),
  }));
  const [first] = enrolled;
  if (first !== undefined) enrolled.push({ ...first, speakerId: EXTRAS.withdraws });
  for (const { speakerId, path } of enrolled) {
    await consent(connection, speakerId);
    told(await enrol(connection, speakerId, path));
  }
  for (const speakerId of HOUSEHOLD)
    await connection.enrolment.setSpeakerAccount({
      speakerId,
      accountId: 'household',
      idempotencyKey: randomUUID(),
    });
  await consent(connection, EXTRAS.refused, ConsentValue.REFUSED);
  await consent(connection, EXTRAS.notEnrolled);
  await consent(connection, EXTRAS.optedOut);
  await connection.consent.optOut({ speakerId: EXTRAS.optedOut, idempotencyKey: randomUUID() });
}

/** The tenant's default policy, but that recordings of earlier calls are refused. */
async function putPolicy({ admin }: Connection): Promise<void> {
  const { version } = await admin.getPolicy({});
  await admin.putPolicy({
    policyId: NO_RECORDINGS,
    policy: { ...version?.policy, replayedCalls: ReplayedCalls.REFUSE },
    reason: 'demo',
    idempotencyKey: randomUUID(),
  });
}

async function consent(
  { consent }: Connection,
  speakerId: string,
  value = ConsentValue.GRANTED,
): Promise<void> {
  await consent.recordConsent({
    speakerId,
    purposes: NOTICE.purposes.map((purpose) => ({ purpose, value })),
    ground: ProcessingGround.EXPLICIT_CONSENT,
    controllerEntity: NOTICE.controllerEntity,
    jurisdiction: 'EU',
    notice: {
      noticeId: NOTICE.noticeId,
      version: NOTICE.version,
      language: NOTICE.language,
      textSha256: createHash('sha256').update(NOTICE.text).digest(),
    },
    occurredAt: new Date(),
    capacity: Capacity.SELF,
    idempotencyKey: randomUUID(),
  });
}

async function enrol({ enrolment }: Connection, speakerId: string, path: string): Promise<Voiceprint> {
  const start = {
    speakerId,
    proofing: {
      method: 'demo',
      strength: ProofingStrength.LOW,
      actor: 'vouch demo',
      reference: 'fixtures/manifest.csv',
      provedAt: new Date(),
    },
    // As if it were spoken now, after the consent.
    recordedAt: new Date(),
    idempotencyKey: randomUUID(),
  };
  const { voiceprint } = await enrolment.enrolFromRecording(enrolmentRequests(start, path));
  if (voiceprint === undefined) throw new Error('The enrolment was answered without a voiceprint.');
  return voiceprint;
}
