import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue, SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { DecisionKind, Identification } from '../../src/gen/vouch/v1/decision.js';
import { CallDirection } from '../../src/gen/vouch/v1/verification.js';
import { noticeReference } from '../helpers/caller.js';
import { collect } from '../helpers/collect.js';
import { serviceOfFile } from '../helpers/ground.js';

const service = serviceOfFile();

/** Carlo is asked for; Allison lives in the same household, and consented to being told apart, or did not. */
async function household(purposes: readonly Purpose[], accounts = ['household', 'household']) {
  const tenant = await service().tenant();
  await tenant.publishNotice({ noticeId: 'both', purposes: [Purpose.VERIFY, Purpose.IDENTIFY] });
  for (const [index, speakerId] of ['carlo_it', 'allison_en'].entries()) {
    await tenant.grant(speakerId, {
      purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
      notice: noticeReference('both'),
    });
    await tenant.enrolFrom(`${speakerId}/enrol.wav`, { speakerId });
    const account = { speakerId, accountId: accounts[index] ?? '', idempotencyKey: randomUUID() };
    await tenant.enrolment.setSpeakerAccount(account);
  }
  return {
    tenant,
    decisionOn: async (file: string, direction = CallDirection.OUTBOUND) => {
      const call = tenant.open(['carlo_it', 'allison_en'], { direction });
      await call.speech(file);
      await call.end();
      return call.decision;
    },
  };
}

test('an outbound call says whether the person asked for answered or another, and no more', async (t) => {
  const { decisionOn } = await household([Purpose.VERIFY, Purpose.IDENTIFY]);
  const askedFor = await decisionOn('carlo_it/call-1.wav');
  t.like(askedFor, { identification: Identification.ASKED_FOR, kind: DecisionKind.ACCEPT });
  const another = await decisionOn('allison_en/call-1.wav');
  t.is(another.identification, Identification.ANOTHER);
  t.not(another.kind, DecisionKind.ACCEPT);
  t.deepEqual(
    another.claims.map(({ speakerId }) => speakerId),
    ['carlo_it'],
  );
  t.is(another.claimsSoFar, 2);
  t.is((await decisionOn('paola_it/call-1.wav')).identification, Identification.UNKNOWN);
});

test('without IDENTIFY nobody but the person asked for is compared', async (t) => {
  const { decisionOn } = await household([Purpose.VERIFY]);
  t.is((await decisionOn('carlo_it/call-1.wav')).identification, Identification.ASKED_FOR);
  t.is((await decisionOn('allison_en/call-1.wav')).identification, Identification.UNKNOWN);
});

test('whoever takes IDENTIFY back, or is restricted, in a running call is not compared any more', async (t) => {
  const { tenant } = await household([Purpose.VERIFY, Purpose.IDENTIFY]);
  const speakerId = 'allison_en';
  const restriction = { speakerId, state: SpeakerState.RESTRICTED, reference: 'file 12/26' };
  const restrict = (inForce: boolean) =>
    tenant.consent.setSpeakerState({ ...restriction, inForce, idempotencyKey: randomUUID() });
  const changes: Record<string, () => Promise<unknown>> = {
    restricted: () => restrict(true),
    withdrawn: () => tenant.withdraw(speakerId, [Purpose.IDENTIFY]),
  };
  for (const [what, change] of Object.entries(changes)) {
    const call = tenant.open(['carlo_it', speakerId], { direction: CallDirection.OUTBOUND });
    await call.event('decision');
    await change();
    await call.speech(`${speakerId}/call-1.wav`);
    await call.end();
    t.is(call.decision.identification, Identification.UNKNOWN, what);
    await restrict(false);
  }
});

test('nobody of another account, or of none, is compared', async (t) => {
  for (const accounts of [['one', 'other'], ['one'], []]) {
    const { decisionOn } = await household([Purpose.VERIFY, Purpose.IDENTIFY], accounts);
    t.is((await decisionOn('allison_en/call-1.wav')).identification, Identification.UNKNOWN);
  }
});

test('an inbound call identifies nobody', async (t) => {
  const { decisionOn } = await household([Purpose.VERIFY, Purpose.IDENTIFY]);
  const decision = await decisionOn('allison_en/call-1.wav', CallDirection.INBOUND);
  t.like(decision, { identification: Identification.UNSPECIFIED, kind: DecisionKind.ACCEPT });
  t.is(decision.claims.length, 2);
});

test('a stream that takes an outbound call up again changes nothing of its direction', async (t) => {
  const { tenant } = await household([Purpose.VERIFY]);
  const claims = ['carlo_it', 'allison_en'];
  const first = tenant.open(claims, { direction: CallDirection.OUTBOUND });
  const { resumeToken } = await first.event('started');
  first.vanish();
  const second = tenant.open(claims, { callId: first.callId, resumeToken });
  await second.speech('allison_en/call-1.wav');
  await second.end();
  t.is(second.decision.identification, Identification.UNKNOWN);
  t.deepEqual(
    second.decision.claims.map(({ speakerId }) => speakerId),
    ['carlo_it'],
  );
});

test('the person asked for is heard when another of the household hands over', async (t) => {
  const { tenant } = await household([Purpose.VERIFY, Purpose.IDENTIFY]);
  const call = tenant.open(['carlo_it', 'allison_en'], { direction: CallDirection.OUTBOUND });
  await call.speech('allison_en/call-1.wav', 0, 12_000);
  await call.event('decision', ({ identification }) => identification === Identification.ANOTHER);
  await call.speech('carlo_it/call-1.wav');
  await call.event('speakerChanged');
  await call.end();
  t.like(call.decision, { identification: Identification.ASKED_FOR, kind: DecisionKind.ACCEPT });
});

test('what was found of another person is in the audit trail and in their export, and in no event of the call', async (t) => {
  const { tenant } = await household([Purpose.VERIFY, Purpose.IDENTIFY]);
  const call = tenant.open(['carlo_it', 'allison_en'], { direction: CallDirection.OUTBOUND });
  await call.speech('allison_en/call-1.wav');
  await call.end();
  const officer = tenant.as('PRIVACY_OFFICER');
  const { entries } = await officer.admin.listAuditEntries({ filter: { speakerId: 'allison_en' } });
  const made = entries
    .filter(({ type }) => type === 'DECISION_MADE')
    .map(({ detailsJson }) => JSON.parse(detailsJson) as Record<string, string | undefined>);
  const { state } = await tenant.consent.getConsent({ speakerId: 'allison_en' });
  const consentOf = (purpose: Purpose) => state?.purposes.find((each) => each.purpose === purpose)?.eventId;
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
  t.like(made[0], {
    claimNumber: 2,
    claimKind: 'ACCEPT',
    consentEventId: consentOf(Purpose.VERIFY),
    identifyEventId: consentOf(Purpose.IDENTIFY),
    voiceprintId: voiceprints[0]!.voiceprintId,
  });
  const archive = await collect(officer.consent.exportSpeakerData({ speakerId: 'allison_en' }));
  const bytes = archive.map(({ message }) => (message?.$case === 'data' ? message.value : Buffer.alloc(0)));
  const exported = Buffer.concat(bytes).toString();
  t.true(exported.includes(made[0]!['decisionId']!), 'the decision is among those made with her data');
  const { decision } = await tenant.getCall(call.callId);
  t.deepEqual(
    decision?.claims.map(({ speakerId }) => speakerId),
    ['carlo_it'],
  );
});

test('that the consent of another person came or went is not told', async (t) => {
  const { tenant } = await household([Purpose.VERIFY]);
  const call = tenant.open(['carlo_it', 'allison_en'], { direction: CallDirection.OUTBOUND });
  await call.event('decision');
  await tenant.grant('allison_en', {
    purposes: [{ purpose: Purpose.IDENTIFY, value: ConsentValue.GRANTED }],
    notice: noticeReference('both'),
  });
  await tenant.withdraw('allison_en');
  await call.speech('carlo_it/call-1.wav');
  await call.end();
  t.is(call.decision.identification, Identification.ASKED_FOR);
  t.deepEqual(
    call.events.filter(({ event }) => event?.$case === 'consentChanged'),
    [],
  );
});
