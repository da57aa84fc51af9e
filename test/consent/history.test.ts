import { randomUUID } from 'node:crypto';
import test from 'ava';
import { rightsGround } from '../helpers/rights.js';
import { reasonOf } from '../helpers/tenant.js';

test('all that was recorded of a person is listed, oldest first, page by page, with who recorded it', async (t) => {
  const { consents, clock, officer, grant, withdraw, optOut, hold } = await rightsGround(t);
  const { history } = consents;
  await grant('lee');
  clock.advance(1000);
  await withdraw('kim', { onBehalfOf: 'branch' });
  await optOut('kim', { evidence: { type: 'letter', reference: 'file 7', sha256: '' } });
  clock.advance(1000);
  await grant('kim', { liftsOptOut: true, occurredAt: clock.now() });
  await hold('kim');
  await hold('kim', false);
  const all = await history.list(officer, 'kim', 0, 1000);
  t.deepEqual(
    all.events.map(({ event }) => event.type),
    [
      'CONSENT_RECORDED',
      'CONSENT_WITHDRAWN',
      'OPTED_OUT',
      'CONSENT_RECORDED',
      'SPEAKER_STATE_SET',
      'SPEAKER_STATE_LIFTED',
    ],
  );
  t.is(all.nextAfter, null);
  const [first, taken, out, again, held] = all.events;
  t.like(first, {
    by: { actorId: officer.actorId, actorRole: 'PRIVACY_OFFICER', onBehalfOf: 'branch-berlin' },
    details: { callId: 'call-4711', mediaTimeMs: 12_000, evidence: { reference: 'archive/kim-lee.wav' } },
  });
  t.is(first!.details!.proofing!.reference, 'ticket-99');
  t.like(taken, {
    by: { onBehalfOf: 'branch' },
    event: { body: { purposes: ['VERIFY'], voiceprintsErased: 1 } },
  });
  t.like(out, { details: { evidence: { type: 'letter', reference: 'file 7' } } });
  t.like(again, { event: { body: { liftsOptOut: true } } });
  t.like(held, { event: { body: { state: 'LEGAL_HOLD', reference: 'file 12/26' } }, details: null });
  const paged = [];
  for (let after: number | null = 0; after !== null;) {
    const page = await history.list(officer, 'kim', after, 4);
    paged.push(...page.events);
    after = page.nextAfter;
  }
  t.deepEqual(paged, [...all.events]);
});

test('of somebody erased or unknown only what stands is listed', async (t) => {
  const { consents, officer, optOut, erase, states } = await rightsGround(t);
  const { history } = consents;
  t.is(await reasonOf(history.list(officer, 'nobody', 0, 10)), 'SPEAKER_NOT_FOUND');
  await optOut('kim', { evidence: { type: 'letter', reference: 'file 7', sha256: '' } });
  await erase('kim');
  const [event, ...more] = (await history.list(officer, 'kim', 0, 10)).events;
  t.like(event, { event: { type: 'OPTED_OUT' }, details: null });
  t.deepEqual(more, []);
  const restriction = {
    state: 'RESTRICTED',
    inForce: true,
    reference: 'r',
    idempotencyKey: randomUUID(),
  } as const;
  await states.set(officer, { speakerId: 'new', ...restriction });
  const { events } = await history.list(officer, 'new', 0, 10);
  t.like(events, [{ event: { type: 'SPEAKER_STATE_SET', body: { state: 'RESTRICTED' } } }]);
});
