import test from 'ava';
import {
  kebab,
  readEnum,
  readEnumList,
  readSha256,
  readTime,
  readVersioned,
  wholeNumber,
} from '../../src/cli/options.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { NoticeChannel } from '../../src/gen/vouch/v1/consent.js';

const wrong = { code: 'commander.invalidArgument' };

test('enums are typed in lower case with hyphens', (t) => {
  t.is(readEnum('agent-script', NoticeChannel), NoticeChannel.AGENT_SCRIPT);
  t.is(kebab('AGENT_SCRIPT'), 'agent-script');
});

test('an enum knows neither its unspecified value nor others', (t) => {
  for (const name of ['unspecified', 'unrecognized', 'smoke-signal', '', 'toString']) {
    const error = t.throws(() => readEnum(name, NoticeChannel), { code: 'commander.invalidArgument' });
    t.regex(error.message, /ivr, agent-script, web, paper/);
  }
});

test('lists of enums hold each once', (t) => {
  t.deepEqual(readEnumList('verify, adapt,verify', Purpose), [Purpose.VERIFY, Purpose.ADAPT]);
});

test('times need their zone', (t) => {
  t.deepEqual(readTime('2026-05-20T09:30:00+02:00'), new Date('2026-05-20T07:30:00Z'));
  for (const text of ['2026-05-20T09:30:00', 'yesterday', '']) t.throws(() => readTime(text), wrong, text);
});

test('hashes are 64 hex digits', (t) => {
  t.is(readSha256('ab'.repeat(32)).length, 32);
  for (const text of ['ab', 'zz'.repeat(32)]) t.throws(() => readSha256(text), wrong);
});

test('a versioned id ends in its version', (t) => {
  t.deepEqual(readVersioned('a@b@12'), { id: 'a@b', version: 12 });
  for (const text of ['a', '@1', 'a@', 'a@x']) t.throws(() => readVersioned(text), wrong, text);
});

test('whole numbers are whole and large enough', (t) => {
  t.is(wholeNumber(1)('007'), 7);
  for (const text of ['0', '1.5', '-1', '', '1e3', '99999999999999999999'])
    t.throws(() => wholeNumber(1)(text), wrong, text);
});
