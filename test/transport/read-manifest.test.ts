import test from 'ava';
import fc from 'fast-check';
import type { ManifestRow } from '../../src/domain/enrolment-job.js';
import { readManifest } from '../../src/transport/read-manifest.js';
import { collect } from '../helpers/collect.js';
import { manifest, type Row } from '../helpers/batch.js';
import { sha256 } from '../../src/crypto/index.js';

/** Hands bytes on in pieces of the given lengths, over and over. */
async function* pieces(bytes: Uint8Array, lengths: readonly number[]) {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const length = lengths[n % lengths.length]!;
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function rowsOf(bytes: Uint8Array, lengths: readonly number[] = [65_536]): Promise<ManifestRow[]> {
  return collect(readManifest(pieces(bytes, lengths)).rows);
}

const word = fc.stringMatching(/^[a-zA-Z0-9éß,"' -]{0,11}[a-z]$/).map((text) => text.trim().normalize('NFC'));
const row: fc.Arbitrary<Row> = fc.record({
  file: word,
  speaker: word,
  consent_reference: word,
  label: fc.oneof(fc.constant(''), word),
  channel: fc.constantFrom('', '0', '1'),
});

test('a manifest is read alike however it is cut, and gives back what stands in it', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      async (rows, lengths) => {
        const bytes = manifest(rows);
        const reading = readManifest(pieces(bytes, lengths));
        const read = await collect(reading.rows);
        t.deepEqual(read, await rowsOf(bytes));
        t.is(reading.sha256(), sha256(bytes).toString('hex'));
        t.deepEqual(
          read.map(({ row: number, file, speakerId, label, channel, consentReference, problem }) => [
            number,
            file,
            speakerId,
            label,
            channel,
            consentReference,
            problem,
          ]),
          rows.map((each, index) => [
            index + 1,
            each.file,
            each.speaker,
            each['label'] === '' ? 'default' : each['label'],
            each['channel'] === '' ? null : Number(each['channel']),
            each.consent_reference,
            null,
          ]),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a row with a wrong value comes with its problem, and the others come', async (t) => {
  const good = { file: 'a.wav', speaker: 'a', consent_reference: 'c' };
  const bytes = manifest([
    { ...good, speaker: 'e\u0301' },
    { ...good, file: '' },
    { ...good, proofed_at: 'then' },
    good,
  ]);
  const problems = (await rowsOf(bytes)).map(
    ({ problem }) => problem && `${problem.reason} ${problem.field}`,
  );
  t.deepEqual(problems, ['ID_INVALID speaker', 'FIELD_REQUIRED file', 'FIELD_INVALID proofed_at', null]);
});

test('a mark of its byte order and blank lines are no part of a manifest', async (t) => {
  const text = manifest([{ file: 'a.wav', speaker: 'a', consent_reference: 'c' }]).toString();
  const [read] = await rowsOf(Buffer.from(`\ufeff${text.replace('\n', '\r\n\r\n')}\n\n`));
  t.is(read?.speakerId, 'a');
  t.is(read?.problem, null);
});
