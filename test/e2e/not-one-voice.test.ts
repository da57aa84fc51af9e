import test from 'ava';
import { DecisionKind, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { makeSounds } from '../../src/evaluation/sounds.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile, fixtureSamples } from '../helpers/speech.js';

const service = serviceOfFile();

/** 16-bit PCM. */
function pcm(samples: Float32Array): Uint8Array {
  return new Uint8Array(Int16Array.from(samples, (value) => Math.max(-1, Math.min(1, value)) * 32767).buffer);
}

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
  await call.audio(pcm(overlapped('carlo_it', 'allison_en')));
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
    await call.audio(pcm(samples));
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
  await call.audio(pcm(music.samples));
  await call.speech('carlo_it/call-1.wav');
  t.is(await call.end(), null);
  t.is(call.decision.kind, DecisionKind.ACCEPT);
  t.false(call.decision.reasons.includes(ReasonCode.TONE_OR_MUSIC));
});
