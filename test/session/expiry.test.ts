import test from 'ava';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import type { CallStream } from '../../src/session/index.js';
import { said } from '../helpers/made-up-speech.js';
import { PEOPLE } from '../helpers/rules-steps.js';
import { rulesWorld } from '../helpers/rules-world.js';

const DAY = 86_400_000;
/** What the notice of the ground says. */
const NOTICE_MS = 1000 * DAY;

async function drain({ events }: CallStream): Promise<void> {
  for await (const { replayed } of events) if (replayed) return;
}

test('a claim whose term is over is answered with SPEAKER_EXPIRED, in a running call at that moment', async (t) => {
  const { clock, calls, poller, tenant } = await rulesWorld(t);
  const { grant, enrol, call, dossier } = await tenant();
  await grant('kim', null, false);
  await enrol('kim', 0);
  clock.advance(500 * DAY);
  const stream = await call(['kim']);
  void drain(stream);
  const told = async () => {
    t.true(await poller.poke());
    const [live] = calls.live;
    return live!.session.evaluate(null);
  };
  for (let window = 0; window < 4; window++) await stream.audio(said(PEOPLE.indexOf('kim')), 0);
  t.is((await told()).kind, 'ACCEPT');

  // The acceptance was a use.
  clock.advance(NOTICE_MS - 1000);
  t.is((await told()).claims[0]!.kind, 'ACCEPT');
  t.is((await dossier('kim')).voiceprints.length, 1);
  clock.advance(1000);
  const decision = await told();
  t.like(decision, { kind: 'SPEAKER_EXPIRED', confidence: null, score: null, llr: null });
  t.is(decision.nextAction, DEFAULT_POLICY.nextActions.notEnrolled);
  t.like(await dossier('kim'), { voiceprints: [], expired: 1, until: null });

  // Said yes anew before retention came: they are the person's again.
  await grant('kim', null, false);
  t.is((await dossier('kim')).voiceprints.length, 1);
  await stream.end('hang-up');
});

test('nobody who has no voiceprint is told that it expired', async (t) => {
  const { clock, tenant } = await rulesWorld(t);
  const { grant, dossier } = await tenant();
  await grant('kim', null, false);
  clock.advance(NOTICE_MS);
  t.like(await dossier('kim'), { voiceprints: [], expired: 0 });
});
