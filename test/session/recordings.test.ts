import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { Decision } from '../../src/domain/decision.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import { Recordings, RecordingStore } from '../../src/session/index.js';
import { sessionParts } from '../helpers/session-parts.js';
import { fixtureFile, MODELS_DIR } from '../helpers/speech.js';

let extractor: SpeechExtractor;
test.before(async () => {
  extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
});
test.after.always(() => extractor.close());

/** Verifies a recording of somebody who is enrolled; `meanwhile` happens after consent was read. */
async function verified(
  t: ExecutionContext,
  meanwhile: (ground: Awaited<ReturnType<typeof sessionParts>>) => Promise<unknown>,
) {
  const ground = await sessionParts(t, extractor);
  const { database, keyring, replicaId, officer } = ground;
  const told: Decision[] = [];
  const recordings = new Recordings({
    ...ground,
    store: new RecordingStore(database, keyring, replicaId),
    onDecision: (decision) => told.push(decision),
    maximumAtOnce: 1,
  });
  const recording = {
    claims: [{ speakerId: 'kim', method: null, mediaTimeMs: null }],
    policyId: '',
    context: { numberAttestation: null, numberMatch: null, transactionRisk: 'ORDINARY' },
    idempotencyKey: randomUUID(),
    raw: undefined,
    callerChannel: undefined,
    source: null,
    sourceId: '',
    bytes: async () => {
      await meanwhile(ground);
      return fixtureFile('allison_en/call-1.wav');
    },
  } as const;
  const { decision } = await recordings.verify(officer, recording, AbortSignal.timeout(60_000));
  const again = await recordings.verify(officer, recording, AbortSignal.timeout(60_000));
  t.is(again.decision.decisionId, decision.decisionId);
  t.deepEqual(
    told.map(({ decisionId }) => decisionId),
    [decision.decisionId],
    'told once',
  );
  return decision;
}

test('a recording is compared with the voiceprint of whom it claims', async (t) => {
  const decision = await verified(t, () => Promise.resolve());
  t.not(decision.score, null);
  t.is(decision.claims[0]?.voiceprintVersion, 1);
});

test('consent that is withdrawn while a recording is worked on: nothing is compared', async (t) => {
  const decision = await verified(t, (ground) => ground.withdraw('kim'));
  t.is(decision.kind, 'CONSENT_MISSING');
  t.is(decision.score, null);
  t.is(decision.netSpeechMs, 0);
});

test('consent that is given anew meanwhile is no ground for audio from before it', async (t) => {
  const decision = await verified(t, async (ground) => {
    await ground.withdraw('kim');
    ground.clock.advance(1000);
    await ground.grant('kim');
    await ground.enrol('kim', { policy: { waitingPeriodMs: 0 } });
  });
  t.is(decision.kind, 'NOT_ENOUGH_SPEECH');
  t.is(decision.score, null);
});
