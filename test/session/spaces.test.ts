import { join } from 'node:path';
import test from 'ava';
import type { Principal } from '../../src/domain/principal.js';
import type { SpeechWindow } from '../../src/domain/speech.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import { Calibration, pool } from '../../src/scoring/index.js';
import { Assessment } from '../../src/session/assessment.js';
import { Checkpoints } from '../../src/session/checkpoints.js';
import { CallSession } from '../../src/session/call-session.js';
import { EventLog } from '../../src/session/event-log.js';
import { CallHub } from '../../src/session/hub.js';
import { callStart } from '../helpers/call-start.js';
import { dossierOf, voiceprintOf } from '../helpers/dossier.js';
import { TEST_POLICY } from '../helpers/policy.js';
import { fixtureFile, fixturePcm, MODELS_DIR, PCM_8K } from '../helpers/speech.js';

let extractor: SpeechExtractor;
let calibration: Calibration;
test.before(async () => {
  extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
  const path = join(MODELS_DIR, 'calibration/telephone-first.json');
  calibration = await Calibration.load(path, extractor.spaces);
});
test.after.always(() => extractor.close());

const START = callStart({ callId: 'call', format: PCM_8K });
const principal: Principal = { tenantId: 'tenant', role: 'ADMINISTRATOR', actorId: 'test' };
const clock = { now: () => new Date() };

/** A call with real models and the shipped calibration, which has two spaces; keeps the windows that it heard. */
class HeardCall {
  readonly windows: SpeechWindow[] = [];
  readonly session: CallSession;

  constructor() {
    const log = new EventLog({
      callId: 'call',
      key: 'call',
      lastSequence: 0,
      clock,
      hub: new CallHub(),
      append: () => Promise.resolve(),
      tell: () => undefined,
      onLost: () => undefined,
    });
    const assessment = new Assessment({
      policy: TEST_POLICY,
      policyReference: { id: 'default', version: 1, sha256: '0'.repeat(64) },
      calibration,
      calibrationFit: 'SHIPPED',
      spaces: extractor.spaces,
      transactionRisk: 'ORDINARY',
      shadow: false,
      clock,
      previousDecisionId: '',
    });
    this.session = new CallSession({
      principal,
      start: START,
      assessment,
      log,
      checkpoints: new Checkpoints(() => Promise.resolve(), false),
      load: { isBusy: false },
      extractor: this.#listening(),
      clock,
      consentLeaseMs: 600_000,
      maximumDurationMs: 600_000,
      paused: false,
      controlVersion: 0,
    });
  }

  /** Pushes speech as a live call would come, as fast as it is worked through; returns the windows that came of it. */
  async say(path: string): Promise<SpeechWindow[]> {
    const before = this.windows.length;
    const speech = fixturePcm(path);
    for (let at = 0; at < speech.length; at += 3200) {
      await this.session.audio(speech.slice(at, at + 3200), 0);
      await new Promise((next) => setImmediate(next));
    }
    return this.windows.slice(before);
  }

  get kind(): string | undefined {
    return this.session.assessment.current?.kind;
  }

  #listening(): SpeechExtractor {
    return {
      spaces: extractor.spaces,
      lagMs: 0,
      analyseRecording: extractor.analyseRecording.bind(extractor),
      close: () => Promise.resolve(),
      open: (format, listener, options) =>
        extractor.open(
          format,
          {
            onWindow: (window) => {
              this.windows.push(window);
              listener.onWindow(window);
            },
            onProgress: listener.onProgress.bind(listener),
            onFailure: listener.onFailure.bind(listener),
          },
          options,
        ),
    };
  }
}

async function enrolled(speakerId: string) {
  const { windows } = await extractor.analyseRecording({ bytes: fixtureFile(`${speakerId}/enrol.wav`) });
  return dossierOf(speakerId, [voiceprintOf(pool(windows).vectors)]);
}

/** How many of the windows have a vector in both spaces, and in `campplus` alone. */
function counted(windows: readonly SpeechWindow[]): [number, number] {
  const both = windows.filter(({ vectors }) => 'ge2e' in vectors).length;
  return [both, windows.length - both];
}

test('the second extractor runs while a call is undecided, and again when the caller changed', async (t) => {
  const call = new HeardCall();
  call.session.claimed(1, 'allison_en', null, await enrolled('allison_en'));
  const first = await call.say('allison_en/call-1.wav');
  t.is(call.kind, 'ACCEPT');
  const decidedAt = first.findIndex(({ vectors }) => !('ge2e' in vectors));
  t.true(decidedAt >= 1 && decidedAt <= 2, `decided after ${decidedAt} windows`);
  t.deepEqual(counted(first.slice(decidedAt)), [0, first.length - decidedAt]);
  t.deepEqual(counted(await call.say('allison_en/call-2.wav')).at(0), 0);

  // The windows that show the change were computed in one space; what comes after them in both.
  const other = await call.say('armelle_fr/call-1.wav');
  t.not(call.kind, 'ACCEPT');
  t.true(other.length >= 4);
  t.deepEqual(counted(other.slice(3)), [other.length - 3, 0]);
  await call.session.end('ENDED', '');
});

test('all spaces again for a new claim, until it is decided too, and after consent was given anew', async (t) => {
  const call = new HeardCall();
  const [allison, armelle] = [await enrolled('allison_en'), await enrolled('armelle_fr')];
  call.session.claimed(1, 'allison_en', null, allison);
  await call.say('allison_en/call-1.wav');
  const { assessment } = call.session;
  t.deepEqual(assessment.wanted, ['campplus']);
  call.session.claimed(2, 'armelle_fr', null, { ...armelle, voiceprints: [] });
  t.deepEqual(assessment.wanted, ['campplus', 'ge2e']);
  // Her voiceprint comes into use, and what was heard speaks against it.
  call.session.consentRead(assessment.claims[1]!, armelle);
  t.deepEqual(
    assessment.current?.claims.map((claim) => claim.kind),
    ['ACCEPT', 'REJECT'],
  );
  t.deepEqual(assessment.wanted, ['campplus']);

  const [claim] = assessment.claims;
  call.session.consentRead(claim!, { ...allison, grant: null, voiceprints: [] });
  call.session.consentRead(claim!, allison);
  t.deepEqual(assessment.wanted, ['campplus', 'ge2e']);
  t.deepEqual(counted((await call.say('allison_en/call-2.wav')).slice(1, 2)), [1, 0]);
  await call.session.end('ENDED', '');
});

test('whoever is not enrolled may be: all speech is computed in all spaces', async (t) => {
  const call = new HeardCall();
  call.session.claimed(1, 'allison_en', null, dossierOf('allison_en', []));
  const windows = [
    ...(await call.say('allison_en/call-1.wav')),
    ...(await call.say('allison_en/call-2.wav')),
  ];
  t.is(call.kind, 'SPEAKER_NOT_ENROLLED');
  t.true(windows.length >= 8);
  t.deepEqual(counted(windows), [windows.length, 0]);
  await call.session.end('ENDED', '');
});

test('an evaluation of the speech since the decision compares in the space that it has', async (t) => {
  const call = new HeardCall();
  call.session.claimed(1, 'allison_en', null, await enrolled('allison_en'));
  await call.say('allison_en/call-1.wav');
  const sinceMs = call.windows.findLast(({ vectors }) => 'ge2e' in vectors)!.endMs;
  await call.say('allison_en/call-2.wav');
  for (const since of [sinceMs, null]) {
    const { kind, llr } = call.session.evaluate(since);
    t.is(kind, 'ACCEPT');
    t.true(llr! > 0);
  }
  await call.session.end('ENDED', '');
});
