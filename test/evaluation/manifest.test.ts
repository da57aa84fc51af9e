import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../src/evaluation/manifest.js';
import { VouchError } from '../../src/errors.js';

const HEAD = 'corpus,speaker,session,utterance,path,seconds,native_rate,licence';

async function manifest(text: string): Promise<ReturnType<typeof readManifest>> {
  const dir = await mkdtemp(join(tmpdir(), 'vouch-manifest-'));
  try {
    await writeFile(join(dir, 'manifest.csv'), text);
    return await readManifest(dir);
  } finally {
    await rm(dir, { recursive: true });
  }
}

test('utterances of one session come together, in their order', async (t) => {
  const sessions = await manifest(
    `${HEAD}\nc,ann,s1,1,a/1.wav,2.5,8000,mine\nc,bob,s1,1,b/1.wav,1,8000,mine\nc,ann,s1,2,a/2.wav,2,16000,mine\n`,
  );
  t.deepEqual(
    sessions.map(({ speaker, paths, seconds, telephone }) => ({ speaker, paths, seconds, telephone })),
    [
      { speaker: 'ann', paths: ['a/1.wav', 'a/2.wav'], seconds: 4.5, telephone: false },
      { speaker: 'bob', paths: ['b/1.wav'], seconds: 1, telephone: true },
    ],
  );
});

test('sessions come in the order of their dates where all have one', async (t) => {
  const dated = `${HEAD},date\nc,ann,late,1,1.wav,2,8000,m,2025-02-01\nc,ann,early,1,2.wav,2,8000,m,2025-01-01\n`;
  t.deepEqual(
    (await manifest(dated)).map(({ session }) => session),
    ['early', 'late'],
  );
  t.deepEqual(
    (await manifest(dated.replace('2025-01-01', ''))).map(({ session }) => session),
    ['late', 'early'],
  );
});

test('a row that does not fit is named', async (t) => {
  for (const row of [
    'c,ann,s1,1,../x.wav,2,8000,m',
    'c,ann,s1,1,/x.wav,2,8000,m',
    'c,ann,s1,1,x.wav,-1,8000,m',
    'c,,s1,1,x.wav,1,8000,m',
  ]) {
    const error = await t.throwsAsync(manifest(`${HEAD}\n${row}\n`), { instanceOf: VouchError });
    t.is(error.reason, 'FIELD_INVALID');
    t.regex(error.message, /row 2/);
  }
});
