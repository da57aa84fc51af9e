import test from 'ava';
import { makeSounds } from '../../src/evaluation/sounds.js';
import { DecisionKind, Finality, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile, fixtureSamples } from '../helpers/speech.js';
import { failure, wordOf } from '../helpers/test-stream.js';
import { pcm16 } from '../helpers/wave.js';

const service = serviceOfFile();

/** Allison for 10 s, then Armelle for 10 s. */
const MIXED = 'edge/mixed-speakers.wav';

test('when the caller changes, what was accepted is withdrawn', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(MIXED);
  t.is(await call.end(), null);
  const accepted = call.all('decision').find((decision) => wordOf(decision) === 'ACCEPT');
  t.is(accepted?.finality, Finality.FINAL);
  t.true(accepted!.media!.endMs < 10_000);
  const [changed, more] = call.all('speakerChanged');
  t.is(more, undefined);
  t.is(changed?.withdrawnDecisionId, accepted?.decisionId);
  t.true(Math.abs(changed!.sinceMediaMs - 10_000) < 3500, `noticed from ${changed!.sinceMediaMs} ms on`);
  const next = call.all('decision').find((each) => each.supersedesDecisionId === accepted?.decisionId);
  t.not(wordOf(next), 'ACCEPT');
  t.true(next?.reasons.includes(ReasonCode.SPEAKER_CHANGED));
  t.is(next?.media?.startMs, changed?.sinceMediaMs);
  t.not(wordOf(call.decision), 'ACCEPT');
});

test('who comes after the change is accepted under a claim of their own', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await tenant.enrol('armelle_fr');
  const call = tenant.open(['allison_en', 'armelle_fr']);
  await call.speech(MIXED);
  await call.end();
  const accepted = call.all('decision').filter((decision) => wordOf(decision) === 'ACCEPT');
  const who = accepted.map(({ claims }) => claims.find((claim) => wordOf(claim) === 'ACCEPT')?.speakerId);
  t.deepEqual([...new Set(who)], ['allison_en', 'armelle_fr']);
  t.is(who.at(-1), 'armelle_fr');
  t.is(call.all('speakerChanged').length, 1);
});

test('one caller throughout is not taken for two', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  await call.speech('allison_en/call-2.wav');
  await call.end();
  t.is(call.all('speakerChanged').length, 0);
  t.is(wordOf(call.decision), 'ACCEPT');
});

function level(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

/** A caller, and another who speaks as loud all the time. */
function overlapped(caller: string, other: string): Float32Array {
  const under = fixtureSamples(`${caller}/call-1.wav`);
  const over = fixtureSamples(`${other}/call-1.wav`);
  const gain = level(under) / level(over);
  return under.map((value, i) => 0.7 * (value + gain * over[i % over.length]!));
}

test('somebody who speaks over the caller is noticed, and nobody is rejected for it', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const call = tenant.open(['carlo_it']);
  await call.audio(pcm16(overlapped('carlo_it', 'allison_en')));
  t.is(await call.end(), null);
  t.not(call.decision.kind, DecisionKind.REJECT);
  const told = call.all('quality').find(({ problems }) => problems.includes(ReasonCode.SEVERAL_SPEAKERS));
  t.true(told !== undefined && told.quality!.otherVoiceShare! > 0.25, JSON.stringify(call.all('quality')));
});

test('a caller alone has no other voice', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const claims = [{ speakerId: 'carlo_it' }];
  const { decision } = await tenant.verifyRecording(fixtureFile('carlo_it/call-1.wav'), { claims });
  t.true(decision!.quality!.otherVoiceShare! < 0.1);
  t.is(decision!.kind, DecisionKind.ACCEPT);
});

test('tones, keys and music are told of as what is heard instead of speech', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const sounds = makeSounds(6).filter(({ name }) => /^(busy tone|DTMF|music 0) at 0.5$/.test(name));
  t.is(sounds.length, 3);
  for (const { name, samples } of sounds) {
    const call = tenant.open(['carlo_it']);
    await call.audio(pcm16(samples));
    t.is(await call.end(), null);
    t.is(call.decision.kind, DecisionKind.NOT_ENOUGH_SPEECH, name);
    t.true(call.decision.reasons.includes(ReasonCode.TONE_OR_MUSIC), name);
    const told = call.all('quality').find(({ problems }) => problems.includes(ReasonCode.TONE_OR_MUSIC));
    t.true(told !== undefined && told.quality!.toneOrMusicShare > 0.5, name);
  }
});

test('music before somebody speaks is held against nobody', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const music = makeSounds(12).find(({ name }) => name === 'music 0 at 0.5')!;
  const call = tenant.open(['carlo_it']);
  await call.audio(pcm16(music.samples));
  await call.speech('carlo_it/call-1.wav');
  t.is(await call.end(), null);
  t.is(call.decision.kind, DecisionKind.ACCEPT);
  t.false(call.decision.reasons.includes(ReasonCode.TONE_OR_MUSIC));
});

const ONE_VOICE = [
  ...['allison_en/enrol.wav', 'allison_es/call-1.wav', 'armelle_fr/enrol.wav', 'carlo_it/enrol.wav'],
  ...['ivrvoice_ru/enrol.wav', 'june_fr/enrol.wav', 'paola_it/enrol.wav', 'reader_en/enrol.wav'],
  ...['edge/mulaw.wav', 'edge/opus.ogg', 'edge/wideband-16k.wav'],
];

test('a recording of two people makes no voiceprint', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const refused = tenant.enrolFrom('edge/mixed-speakers.wav', { speakerId: 'allison_en' });
  t.is((await failure(refused)).reason, 'SPEECH_INCONSISTENT');
});

test('every recording of one person does', async (t) => {
  const tenant = await service().tenant();
  for (const [index, path] of ONE_VOICE.entries()) {
    const speakerId = `speaker-${index}`;
    await tenant.grant(speakerId);
    const { consistency } = await tenant.enrolFrom(path, { speakerId });
    t.true(consistency > 0.75, `${path}: ${consistency}`);
    t.log(path, consistency.toFixed(3));
  }
});
