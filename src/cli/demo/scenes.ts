import { randomUUID } from 'node:crypto';
import { AudioEncoding, Purpose } from '../../gen/vouch/v1/common.js';
import type { Fixtures } from './fixtures.js';
import { decisionAfterChange, decisionBeforeChange, decisionOverPause } from './observation.js';
import { callScene, recordingScene, type CallOptions, type Scene } from './scene.js';

/** Speakers of whom the demo needs more than that they are enrolled. */
export const EXTRAS = {
  /** Nothing is known of them. */
  unknown: 'unknown',
  /** Was asked, and said no. */
  refused: 'refused',
  /** Consented, not enrolled. */
  notEnrolled: 'not-enrolled',
  /** Consented, then opted out. */
  optedOut: 'opted-out',
  /** Enrolled; withdraws in the middle of a call. */
  withdraws: 'withdraws',
} as const;

/** A policy that accepts no recording of an earlier call; the default one of a first tenant only tells of it. */
export const NO_RECORDINGS = 'no-recordings';

const ACCEPTED = ['ACCEPT'];
/** What audio may come to that is far from what was enrolled: it may leave a doubt, never a rejection. */
const NOT_REJECTED = ['ACCEPT', 'INCONCLUSIVE'];
/** What a wrong claim may come to. */
const NOT_ACCEPTED = ['REJECT', 'INCONCLUSIVE'];

/** Everything that the demo plays, in the order of the table. */
export function allScenes(fixtures: Fixtures): Scene[] {
  return [
    ...rightClaims(fixtures),
    ...wrongClaims(fixtures),
    ...specialCalls(fixtures),
    ...recordings(fixtures),
  ];
}

function rightClaims({ calls, enrolments, file }: Fixtures): Scene[] {
  return calls.map(({ path, person, language }) => {
    const enrolled = enrolments.find((enrolment) => enrolment.person === person)?.language ?? '';
    const sameLanguage = language.split('-')[0] === enrolled.split('-')[0];
    const name = sameLanguage ? nameOf(path) : `${nameOf(path)}, another language`;
    const expected = sameLanguage ? ACCEPTED : NOT_REJECTED;
    return callScene({ name, claimed: person, expected }, file(path));
  });
}

/** Each call against two of the others, going round, so that everybody is claimed wrongly, too. */
function wrongClaims({ calls, enrolments, file }: Fixtures): Scene[] {
  return calls.flatMap(({ path, person }, index) => {
    const others = enrolments.map((enrolment) => enrolment.person).filter((other) => other !== person);
    const claimed = [index, index + 3].map((turn) => others[turn % others.length] ?? '');
    return claimed.map((other) =>
      callScene({ name: nameOf(path), claimed: other, expected: NOT_ACCEPTED }, file(path)),
    );
  });
}

function specialCalls({ file }: Fixtures): Scene[] {
  const scene = (
    name: string,
    path: string,
    claimed: string,
    expected: readonly string[],
    options?: CallOptions,
  ) => callScene({ name, claimed, expected }, file(path), options);
  const g711 = (encoding: AudioEncoding) => ({ raw: { encoding, sampleRateHz: 8000, channels: 1 } });
  const call = 'allison_en/call-1.wav';
  const changed = 'edge/mixed-speakers.wav';
  return [
    scene('no consent', call, EXTRAS.refused, ['CONSENT_MISSING']),
    scene('opted out', call, EXTRAS.optedOut, ['SPEAKER_OPTED_OUT']),
    scene('not enrolled', call, EXTRAS.notEnrolled, ['SPEAKER_NOT_ENROLLED']),
    scene('unknown speaker', call, EXTRAS.unknown, ['SPEAKER_NOT_ENROLLED']),
    scene('nobody claimed', call, '', ['SPEAKER_ID_NOT_PROVIDED'], { claimAtStart: false }),
    scene('claimed after 3 s', call, 'allison_smith', ACCEPTED, LATE_CLAIM),
    scene('withdrawn after 10 s', call, EXTRAS.withdraws, ['CONSENT_MISSING'], WITHDRAWAL),
    scene('silence', 'edge/silence.wav', 'carlo_flora', ['NOT_ENOUGH_SPEECH']),
    scene('noise', 'edge/noise.wav', 'carlo_flora', ['NOT_ENOUGH_SPEECH']),
    scene('tone', 'edge/tone.wav', 'carlo_flora', ['NOT_ENOUGH_SPEECH']),
    scene('clipped', 'edge/clipped.wav', 'carlo_flora', NOT_REJECTED),
    scene('agent on the other channel', 'two-party/call.wav', 'carlo_flora', ACCEPTED, { callerChannel: 0 }),
    scene('agent claimed', 'two-party/call.wav', 'paola_dal_zot', NOT_ACCEPTED, { callerChannel: 0 }),
    scene('before the speaker changes', changed, 'allison_smith', ACCEPTED, { judge: decisionBeforeChange }),
    scene('after the speaker changed', changed, 'allison_smith', [...NOT_ACCEPTED, 'NOT_ENOUGH_SPEECH'], {
      judge: decisionAfterChange,
    }),
    scene('paused and resumed', 'carlo_it/call-1.wav', 'carlo_flora', ACCEPTED, PAUSE),
    scene('recording of the enrolment', 'allison_en/enrol.wav', 'allison_smith', ['INCONCLUSIVE'], {
      policyId: NO_RECORDINGS,
    }),
    scene('wideband, 16 kHz', 'edge/wideband-16k.wav', 'librivox_sense_reader', ACCEPTED),
    scene('WAV with mu-law', 'edge/mulaw.wav', 'allison_smith', ACCEPTED),
    scene('WAV with A-law', 'edge/alaw.wav', 'allison_smith', ACCEPTED),
    scene(
      'mu-law, headerless',
      'raw/allison_call.ulaw',
      'allison_smith',
      ACCEPTED,
      g711(AudioEncoding.MULAW),
    ),
    scene('A-law, headerless', 'raw/allison_call.alaw', 'allison_smith', ACCEPTED, g711(AudioEncoding.ALAW)),
  ];
}

function recordings({ file }: Fixtures): Scene[] {
  const scene = (name: string, path: string, claimed: string, expected: readonly string[]) =>
    recordingScene({ name: `recording: ${name}`, claimed, expected }, file(path));
  return [
    scene('Opus', 'edge/opus.ogg', 'june_wallack', ACCEPTED),
    scene('MP3', 'edge/mp3.mp3', 'june_wallack', ACCEPTED),
    scene('truncated', 'edge/truncated.wav', 'allison_smith', ['RECORDING_TRUNCATED']),
    scene('not audio', 'edge/not-audio.wav', 'allison_smith', ['RECORDING_UNREADABLE']),
  ];
}

/** Above real time, yet slow enough that a request beside the stream meets the audio that it is meant for. */
const BRISK = 4;

const LATE_CLAIM: CallOptions = {
  pace: BRISK,
  claimAtStart: false,
  cues: [
    {
      atMs: 3000,
      act: ({ connection }, callId) =>
        connection.verification.updateCall({
          callId,
          claims: [{ speakerId: 'allison_smith' }],
          idempotencyKey: randomUUID(),
        }),
    },
  ],
};

const WITHDRAWAL: CallOptions = {
  pace: BRISK,
  cues: [
    {
      atMs: 10_000,
      act: ({ connection }) =>
        connection.consent.withdrawConsent({
          speakerId: EXTRAS.withdraws,
          purposes: [Purpose.VERIFY],
          idempotencyKey: randomUUID(),
        }),
    },
  ],
};

const PAUSE: CallOptions = {
  pace: BRISK,
  cues: [
    {
      atMs: 2000,
      act: ({ connection }, callId) =>
        connection.verification.pauseCall({ callId, reason: 'card-payment', idempotencyKey: randomUUID() }),
    },
    {
      atMs: 6000,
      act: ({ connection }, callId) =>
        connection.verification.resumeCall({ callId, idempotencyKey: randomUUID() }),
    },
  ],
  judge: decisionOverPause(4000),
};

function nameOf(path: string): string {
  return path.replace(/\.wav$/, '');
}
