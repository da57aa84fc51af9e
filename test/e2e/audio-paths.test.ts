import test from 'ava';
import { AudioEncoding, ChannelLayout, type AudioFormat } from '../../src/gen/vouch/v1/common.js';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { PCM, PROOFING, type TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile, fixturePcm } from '../helpers/speech.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();
const CALL = 'allison_en/call-1.wav';

/** The last decision of a call with this audio, which the client cuts as said, bytes. */
async function decide(
  tenant: TestTenant,
  speakerId: string,
  format: AudioFormat,
  audio: Uint8Array,
  cuts: readonly number[] = [320],
) {
  const call = tenant.open([speakerId], { format });
  await call.audio(audio, cuts);
  const failed = await call.end();
  if (failed) throw new Error(failed.reason);
  return { decision: call.decision, ended: call.all('ended')[0] };
}

/** What a decision says, without what differs between two calls. */
const said = ({ decision, ended }: Awaited<ReturnType<typeof decide>>) => [
  decision.kind,
  decision.score,
  decision.llr,
  decision.confidence,
  decision.media,
  decision.netSpeechMs,
  decision.quality,
  decision.looks,
  ended?.audioMs,
  ended?.netSpeechMs,
];

for (const speakerId of ['allison_en', 'june_fr']) {
  test(`how audio is cut changes nothing, to the last bit: ${speakerId} claimed`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol(speakerId);
    // 10 s are 160 kB: a message of its own, below the limit of 1 MiB.
    const cuts = [[320], [333, 1, 7, 4097], [160_000]];
    const pcm = fixturePcm(CALL);
    const results = await Promise.all(cuts.map((cut) => decide(tenant, speakerId, PCM, pcm, cut)));
    t.is(typeof results[0]!.decision.score, 'number');
    for (const result of results) t.deepEqual(said(result), said(results[0]!));
  });
}

const g711: readonly [string, AudioEncoding, string][] = [
  ['mu-law', AudioEncoding.MULAW, 'raw/allison_call.ulaw'],
  ['A-law', AudioEncoding.ALAW, 'raw/allison_call.alaw'],
];
for (const [name, encoding, path] of g711) {
  test(`${name} is as good as linear samples`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol('allison_en');
    const linear = await decide(tenant, 'allison_en', PCM, fixturePcm(CALL));
    const coded = await decide(tenant, 'allison_en', { ...PCM, encoding }, fixtureFile(path), [160]);
    t.is(wordOf(coded.decision), 'ACCEPT');
    t.is(coded.ended?.audioMs, linear.ended?.audioMs);
    t.true(Math.abs(coded.decision.score! - linear.decision.score!) < 0.03);
  });
}

test('wideband audio is brought to the telephone band: accepted against an 8 kHz voiceprint', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('reader_en');
  const pcm = fixturePcm('edge/wideband-16k.wav');
  const wide = await decide(tenant, 'reader_en', { ...PCM, sampleRateHz: 16_000 }, pcm, [640]);
  t.is(wordOf(wide.decision), 'ACCEPT');
  t.is(wide.ended?.audioMs, Math.round(pcm.length / 32));
});

test("of two channels only the caller's is heard", async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  await tenant.enrol('paola_it');
  const pcm = fixturePcm('two-party/call.wav');
  const on = (speakerId: string, callerChannel: number) =>
    decide(tenant, speakerId, { ...PCM, channelLayout: ChannelLayout.SPLIT, callerChannel }, pcm, [640]);
  const [caller, agent, wrong] = await Promise.all([on('carlo_it', 0), on('paola_it', 1), on('paola_it', 0)]);
  t.is(wordOf(caller.decision), 'ACCEPT');
  t.is(wordOf(agent.decision), 'ACCEPT');
  t.not(wordOf(wrong.decision), 'ACCEPT');
  t.is(caller.ended?.audioMs, Math.round(pcm.length / 32));
});

test('a mix of both parties is refused, unless the policy allows it', async (t) => {
  const format = { ...PCM, channelLayout: ChannelLayout.MIXED };
  const strict = await service().tenant();
  t.is((await strict.open([], { format }).over)?.reason, 'MIXED_AUDIO_REFUSED');
  const lenient = await service().tenant({ allowMixedAudio: true });
  const mixed = lenient.open([], { format });
  const { callId } = mixed;
  await mixed.event('started');
  const asked = { callId, speakerId: 'allison_en', proofing: PROOFING, idempotencyKey: 'mixed' };
  const reasons = [
    lenient.enrolment.enrolFromCall(asked),
    lenient.enrolment.adaptFromCall(asked),
    lenient.as('AGENT').enrolment.getTrustPhrase({ callId }),
  ].map(async (refused) => (await failure(refused)).reason);
  t.deepEqual(await Promise.all(reasons), Array(3).fill('MIXED_AUDIO_REFUSED'));
  t.is(await mixed.end(), null);
});

test('a stated gap moves the clock on', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL, 0, 8000);
  await call.send({
    $case: 'audio',
    value: { data: Buffer.from(fixturePcm(CALL).subarray(0, 16_000)), gapMs: 5000 },
  });
  await call.end();
  t.is(call.all('ended')[0]?.audioMs, 14_000);
});

for (const [what, path, reasons] of [
  ['silence', 'edge/silence.wav', [ReasonCode.NO_SPEECH]],
  ['noise', 'edge/noise.wav', [ReasonCode.NO_SPEECH]],
  ['a tone', 'edge/tone.wav', [ReasonCode.NO_SPEECH, ReasonCode.TONE_OR_MUSIC]],
] as const) {
  test(`${what} is no speech`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol('allison_en');
    const { decision, ended } = await decide(tenant, 'allison_en', PCM, fixturePcm(path));
    t.is(wordOf(decision), 'NOT_ENOUGH_SPEECH');
    t.deepEqual(decision.reasons, [...reasons]);
    t.is(ended?.netSpeechMs, 0);
  });
}

test('clipped audio is told as such', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const call = tenant.open(['carlo_it']);
  await call.speech('edge/clipped.wav');
  await call.end();
  t.true(call.all('quality').some(({ problems }) => problems.includes(ReasonCode.CLIPPED)));
  t.true(call.decision.quality!.clippedShare > 0.05);
});
