import test from 'ava';
import { consentGround, given, notice } from '../helpers/consents.js';
import { newTenant, reasonOf } from '../helpers/tenant.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

test('a version that needs consent anew ends what was granted under earlier ones', async (t) => {
  const { consents, officer, grant, isOpen } = await consentGround(t);
  await grant('kim');
  const second = notice({ version: 2, text: 'We now do more.', requiresNewConsent: true });
  await consents.publishNotice(officer, second, 'notice-2');
  t.false(await isOpen('kim'));
  t.is(await reasonOf(grant('kim')), 'NOTICE_MISMATCH');
  await grant('kim', { notice: given(second) });
  t.true(await isOpen('kim'));
});

test('within a time of grace old grants count, and what was said before may still be entered', async (t) => {
  const { clock, consents, officer, grant, isOpen, gate } = await consentGround(t);
  await grant('kim');
  clock.advance(MINUTE);
  const second = notice({ version: 2, text: 'More.', requiresNewConsent: true, newConsentGraceDays: 30 });
  await consents.publishNotice(officer, second, 'notice-2');
  const end = clock.in(30 * DAY);
  t.true(await isOpen('kim'));
  const { grant: held } = await gate.openClaim(officer.tenantId, 'kim', 'VERIFY');
  t.deepEqual(held?.expiresAt, end, 'running calls look again then');
  const { state } = await consents.state(officer, 'kim');
  t.like(state.purposes[0], { granted: true, lapse: null, askAgainBy: end });
  t.is(await reasonOf(grant('lee')), 'NOTICE_MISMATCH', 'who is asked now is asked in the new words');
  t.true((await grant('max', { occurredAt: clock.in(-MINUTE) })).state.purposes[0]!.granted);
  clock.advance(30 * DAY);
  t.like((await consents.state(officer, 'kim')).state.purposes[0], { granted: false, lapse: 'NEW_NOTICE' });
  t.like(await gate.openClaim(officer.tenantId, 'kim', 'VERIFY'), {
    grant: null,
    reasons: ['NEW_CONSENT_NEEDED'],
  });
  t.is(await reasonOf(grant('ned', { occurredAt: clock.in(-31 * DAY) })), 'NOTICE_MISMATCH');
  await grant('kim', { notice: given(second) });
  t.true(await isOpen('kim'));
});

test('a wording in another language does not begin the time of grace anew', async (t) => {
  const { clock, consents, officer, grant, isOpen } = await consentGround(t);
  await grant('kim');
  const second = notice({ version: 2, requiresNewConsent: true, newConsentGraceDays: 30 });
  await consents.publishNotice(officer, second, 'k1');
  clock.advance(29 * DAY);
  await consents.publishNotice(officer, { ...second, language: 'de', text: 'Dürfen wir …?' }, 'k2');
  t.true(await isOpen('kim'));
  clock.advance(DAY);
  t.false(await isOpen('kim'));
});

test('a time of grace belongs to a notice that needs consent anew', async (t) => {
  const { consents, officer } = await consentGround(t);
  const second = notice({ version: 2, newConsentGraceDays: 1 });
  t.is(await reasonOf(consents.publishNotice(officer, second, 'k')), 'FIELD_INVALID');
});

test('a published notice does not change', async (t) => {
  const { consents, officer } = await consentGround(t);
  const publish = (changes: Parameters<typeof notice>[0], key: string) =>
    consents.publishNotice(officer, notice(changes), key);
  const first = await publish({}, 'notice-1');
  t.deepEqual(await publish({}, 'another key'), first);
  t.is(await reasonOf(publish({ text: 'Other words' }, 'k1')), 'NOTICE_EXISTS');
  t.is(await reasonOf(publish({ text: 'Other words' }, 'notice-1')), 'IDEMPOTENCY_KEY_REUSED');
  t.is(await reasonOf(publish({ language: 'de', purposes: ['VERIFY'] }, 'k2')), 'FIELD_INVALID');
  await t.notThrowsAsync(publish({ language: 'de', text: 'Dürfen wir …?' }, 'k3'));
});

test('what was published is listed in its order, without wordings, and read with them; to nobody else', async (t) => {
  const { consents, officer, clock, tenants } = await consentGround(t);
  const { notices } = consents;
  for (const [language, text] of [
    ['de', 'Dürfen wir Sie an der Stimme erkennen?'],
    ['fr', 'Pouvons-nous vous reconnaître à votre voix ?'],
  ] as const) {
    clock.advance(1);
    await consents.publishNotice(officer, notice({ language, text }), language);
  }
  await consents.publishNotice(officer, notice({ version: 2, text: 'Better words.' }), 'second');
  await consents.publishNotice(officer, notice({ noticeId: 'other' }), 'other');
  const first = await notices.list(officer.tenantId, '', 0, 3);
  const rest = await notices.list(officer.tenantId, '', first.nextAfter ?? 0, 3);
  t.deepEqual(
    [...first.notices, ...rest.notices].map(({ noticeId, version, language }) => [
      noticeId,
      version,
      language,
    ]),
    [
      ['voice', 1, 'en'],
      ['voice', 1, 'de'],
      ['voice', 1, 'fr'],
      ['voice', 2, 'en'],
      ['other', 1, 'en'],
    ],
  );
  t.is(rest.nextAfter, null);
  t.false('text' in first.notices[0]!);
  t.is((await notices.list(officer.tenantId, 'other', 0, 3)).notices.length, 1);
  const wordings = await notices.get(officer.tenantId, 'voice', 1);
  t.deepEqual(
    wordings.map(({ language, textSha256 }) => [language, textSha256.toString('hex')]),
    ['de', 'en', 'fr'].map((language) => [
      language,
      first.notices.find((each) => each.language === language)!.textSha256.toString('hex'),
    ]),
  );
  t.is((await notices.get(officer.tenantId, 'voice', 0))[0]!.text, 'Better words.');
  t.is(await reasonOf(notices.get(officer.tenantId, 'voice', 3)), 'NOTICE_NOT_FOUND');
  const elsewhere = await newTenant(tenants);
  t.is(await reasonOf(notices.get(elsewhere.tenantId, 'voice', 1)), 'NOTICE_NOT_FOUND');
  t.deepEqual((await notices.list(elsewhere.tenantId, '', 0, 3)).notices, []);
});
