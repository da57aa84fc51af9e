import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { given, notice, recordInput } from '../helpers/consents.js';
import { said } from '../helpers/made-up-speech.js';
import { PEOPLE, type Name } from '../helpers/rules-steps.js';
import { rulesWorld } from '../helpers/rules-world.js';

const IDENTIFYING = notice({ noticeId: 'both', purposes: ['VERIFY', 'IDENTIFY'] });
const MINUTE = 60_000;

/** Kim is asked for; Lee is of the same household. Both are enrolled under VERIFY. */
async function household(t: ExecutionContext) {
  const { clock, calls, poller, consents, speakers, tenant } = await rulesWorld(t);
  const { officer, grant, enrol, call } = await tenant();
  await consents.publishNotice(officer, IDENTIFYING, 'notice-2');
  const move = (who: Name, account: string) => speakers.setAccount(officer, who, account, randomUUID());
  for (const who of PEOPLE) {
    await grant(who, null, false);
    await enrol(who, 0);
    await move(who, 'household');
  }
  clock.advance(MINUTE);
  const stream = await call(['kim'], 'OUTBOUND');
  void (async () => {
    for await (const { replayed } of stream.events) if (replayed) return;
  })().catch(() => undefined);
  return {
    clock,
    stream,
    move,
    identify: (expiresAt: Date | null = null) =>
      consents.recordConsent(
        officer,
        recordInput('lee', clock.now(), {
          purposes: { IDENTIFY: 'GRANTED' },
          notice: given(IDENTIFYING),
          expiresAt,
        }),
      ),
    takeBack: () =>
      consents.withdraw(officer, {
        speakerId: 'lee',
        purposes: ['IDENTIFY'],
        onBehalfOf: '',
        occurredAt: null,
        evidence: null,
        idempotencyKey: randomUUID(),
      }),
    claimLee: () => stream.claim({ speakerId: 'lee', method: 'IVR_ENTRY', mediaTimeMs: null }),
    leeSays: async (windows = 4) => {
      for (let window = 0; window < windows; window++) await stream.audio(said(PEOPLE.indexOf('lee')), 0);
    },
    /** Who answered, as of now. */
    answered: async () => {
      t.true(await poller.poke());
      const [live] = calls.live;
      return live!.session.evaluate(null).identification;
    },
  };
}

test('speech from before IDENTIFY was given counts for nobody who only helps to tell who answered', async (t) => {
  const { clock, identify, claimLee, leeSays, answered, stream } = await household(t);
  await leeSays();
  clock.advance(MINUTE);
  await identify();
  await claimLee();
  t.is(await answered(), 'UNKNOWN');
  await leeSays();
  t.is(await answered(), 'ANOTHER');
  await stream.end('hang-up');
});

test('nobody is identified any more once IDENTIFY has expired', async (t) => {
  const { clock, identify, claimLee, leeSays, answered, stream } = await household(t);
  await identify(clock.in(10 * MINUTE));
  await claimLee();
  await leeSays();
  t.is(await answered(), 'ANOTHER');
  clock.advance(10 * MINUTE);
  t.is(await answered(), 'UNKNOWN');
  await stream.end('hang-up');
});

test('IDENTIFY that was taken back and given again covers nothing from before', async (t) => {
  const { clock, identify, takeBack, claimLee, leeSays, answered, stream } = await household(t);
  await identify();
  await claimLee();
  await leeSays();
  t.is(await answered(), 'ANOTHER');
  clock.advance(1000);
  await takeBack();
  clock.advance(1000);
  await identify();
  t.is(await answered(), 'UNKNOWN');
  await stream.end('hang-up');
});

test('nobody is identified any more once the person asked for belongs to another account', async (t) => {
  const { identify, move, claimLee, leeSays, answered, stream } = await household(t);
  await identify();
  await claimLee();
  await leeSays();
  t.is(await answered(), 'ANOTHER');
  await move('kim', 'another household');
  t.is(await answered(), 'UNKNOWN');
  await stream.end('hang-up');
});
