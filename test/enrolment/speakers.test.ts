import test from 'ava';
import { asOwner } from '../helpers/database.js';
import { reasonOf } from '../helpers/tenant.js';
import { voiceprintGround } from '../helpers/voiceprints.js';

test('a speaker is told with what they have', async (t) => {
  const { clock, officer, speakers, enrol, optOut } = await voiceprintGround(t);
  const createdAt = clock.now();
  await enrol('kim', { policy: { waitingPeriodMs: 0 }, request: { label: 'a' } });
  await enrol('kim', { policy: { waitingPeriodMs: 1000 }, request: { label: 'b' } });
  const expected = {
    speakerId: 'kim',
    createdAt,
    activeVoiceprints: 1,
    pendingVoiceprints: 1,
    optedOut: false,
  };
  t.deepEqual(await speakers.get(officer, 'kim'), expected);
  t.deepEqual((await speakers.list(officer, 10, '')).speakers, [expected]);
  clock.advance(1000);
  t.like(await speakers.get(officer, 'kim'), { activeVoiceprints: 2, pendingVoiceprints: 0 });
  t.like((await speakers.list(officer, 10, '')).speakers[0], { activeVoiceprints: 2, pendingVoiceprints: 0 });
  await optOut('kim');
  t.like(await speakers.get(officer, 'kim'), { activeVoiceprints: 0, optedOut: true });
  t.is(await reasonOf(speakers.get(officer, 'nobody')), 'SPEAKER_NOT_FOUND');
});

test('pages hold every speaker once, in the order of their ids’ bytes', async (t) => {
  const { officer, speakers, grant, optOut } = await voiceprintGround(t);
  const ids = ['Zoë', 'a', 'ä', 'b', 'שרה', '𐍈'];
  for (const id of ids) await grant(id);
  await optOut('b');
  const seen: string[] = [];
  let token = '';
  do {
    const page = await speakers.list(officer, 3, token);
    for (const speaker of page.speakers) t.is(speaker.optedOut, speaker.speakerId === 'b');
    seen.push(...page.speakers.map((speaker) => speaker.speakerId));
    token = page.nextPageToken;
  } while (token !== '');
  t.deepEqual(
    seen,
    [...ids, 'kim'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  t.is(await reasonOf(speakers.list(officer, 3, '!')), 'FIELD_INVALID');
});

test('who looked is recorded', async (t) => {
  const { url, officer, speakers, voiceprints, consents } = await voiceprintGround(t);
  await speakers.get(officer, 'kim');
  await voiceprints.list(officer, 'kim');
  await consents.state(officer, 'kim');
  await speakers.list(officer, 10, '');
  const rows = await asOwner<{ type: string; body: string; mine: boolean }>(
    url,
    `SELECT type, body, subject_ref IN (SELECT speaker_ref FROM vouch.speakers) AS mine
     FROM vouch.ledger ORDER BY position DESC LIMIT 4`,
  );
  t.deepEqual(rows.reverse(), [
    { type: 'SPEAKER_READ', body: '{"what":"SPEAKER"}', mine: true },
    { type: 'SPEAKER_READ', body: '{"what":"VOICEPRINTS"}', mine: true },
    { type: 'SPEAKER_READ', body: '{"what":"CONSENT"}', mine: true },
    { type: 'SPEAKERS_LISTED', body: '{"count":1}', mine: null as unknown as boolean },
  ]);
});
