import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { VouchError } from '../../../src/errors.js';
import { readContract, readJson, writeJson } from '../../../src/transport/http/json.js';
import { lines } from '../../../src/transport/http/lines.js';
import { ROOT } from '../../helpers/binary.js';
import { collect } from '../../helpers/collect.js';
import { SERVICES } from '../../helpers/services.js';

const contract = readContract(await readFile(join(ROOT, 'src/gen/vouch.binpb')));

/** All request messages, by the RPC's name. */
const REQUESTS = SERVICES.flatMap(({ fullName, methods }) =>
  Object.values(methods).map(({ name, requestType }) => {
    const message = contract.getService(fullName)!.methods.find((method) => method.name === name)!.input;
    return {
      name,
      read: (text: string | Buffer) => readJson(message, requestType, Buffer.from(text)),
    };
  }),
);

function read(name: string, json: unknown): unknown {
  return REQUESTS.find((request) => request.name === name)!.read(JSON.stringify(json));
}

function refusal(name: string, json: unknown): VouchError {
  try {
    read(name, json);
  } catch (error) {
    if (error instanceof VouchError) return error;
    throw error;
  }
  throw new Error('It was read.');
}

const told = ({ message, field, metadata }: VouchError) => ({ message, field, metadata });

const field = (name: string, json: unknown) => refusal(name, json).field;

test('fields are known by their JSON names and by those of the contract, times and bytes as proto3 has them', (t) => {
  const expected = { speakerId: 'kim', pageSize: 3 };
  t.like(read('ListConsentEvents', expected), expected);
  t.like(read('ListConsentEvents', { speaker_id: 'kim', page_size: '3' }), expected);
  t.like(read('OptOut', { occurredAt: '2026-01-01T00:00:00Z' }), {
    occurredAt: new Date('2026-01-01T00:00:00Z'),
  });
  const { message } = read('EnrolFromRecording', { data: 'AAE=' }) as { message: { value: Uint8Array } };
  t.deepEqual([...message.value], [0, 1]);
});

test('what is wrong is told by the path of the contract, and not what was sent', (t) => {
  t.is(field('GetSpeaker', { speakerId: 5 }), 'speaker_id');
  t.is(field('GetSpeaker', { speakerID: 'kim' }), 'speakerID');
  t.is(
    field('UpdateCall', { claims: [{ speakerId: 'kim' }, { speakerId: ['lee'] }] }),
    'claims[1].speaker_id',
  );
  t.is(field('UpdateCall', { claims: {} }), 'claims');
  t.is(field('UpdateCall', { claims: [{ method: 'CLAIM_METHOD_MAGIC' }] }), 'claims[0].method');
  t.is(field('OptOut', { occurredAt: 'tomorrow' }), 'occurred_at');
  t.is(field('WatchCall', { afterSequence: -1 }), 'after_sequence');
  t.is(field('WatchCall', { afterSequence: 1.5 }), 'after_sequence');
  t.is(field('EnrolFromRecording', { data: 'no base64!' }), 'data');
  t.is(field('EnrolFromRecording', { start: { proofing: 'none' } }), 'start.proofing');
  t.is(field('EnrolFromRecording', { start: {}, data: '' }), undefined);
  t.is(field('GetSpeaker', []), undefined);
  for (const json of [{ speakerId: { 'Kim Kardon': 1 } }, { 'Kim Kardon': 1 }, 'Kim Kardon'])
    t.notRegex(JSON.stringify(told(refusal('GetSpeaker', json))), /Kardon/);
});

test('text that is no JSON, or no UTF-8, is told as such', (t) => {
  const [{ read: readFirst } = REQUESTS[0]!] = REQUESTS;
  for (const text of ['', '{', 'nope', '{"callId":"a"} {}', Buffer.from([0x7b, 0xff, 0x7d])])
    t.throws(() => readFirst(text), { instanceOf: VouchError, message: /JSON/ });
});

test('any JSON as any request is read, or refused as malformed', (t) => {
  const keys = [...new Set(REQUESTS.flatMap(({ name }) => fieldsOf(name)))];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.constantFrom('NaN', 'ROLE_AGENT', 'AAAA', '2026-01-01T00:00:00Z', '\ud800', 1e300, -1, '__proto__'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor'), tie('any'), { maxKeys: 5 }),
    ),
  })).any;
  let understood = 0;
  fc.assert(
    fc.property(fc.constantFrom(...REQUESTS), value, (request, json) => {
      try {
        request.read(JSON.stringify(json));
        understood += 1;
      } catch (error) {
        if (!(error instanceof VouchError)) throw error;
        return error.reason === 'MESSAGE_MALFORMED';
      }
      return true;
    }),
    { numRuns: 3000 },
  );
  t.true(understood > 0);
});

function fieldsOf(name: string): string[] {
  const method = [...contract].flatMap((each) => (each.kind === 'service' ? each.methods : []));
  const input = method.find((each) => each.name === name)!.input;
  return input.fields.flatMap(({ jsonName, message }) => [
    jsonName,
    ...(message?.fields.map((inner) => inner.jsonName) ?? []),
  ]);
}

test('numbers that JSON does not know are written as proto3 has them', (t) => {
  t.is(
    writeJson({ a: Infinity, b: [NaN], c: -Infinity, d: 1 }),
    '{"a":"Infinity","b":["NaN"],"c":"-Infinity","d":1}',
  );
});

test('lines are the same however they come in pieces', async (t) => {
  const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(20)), fc.boolean(), async (texts, cuts, ended) => {
      const body = Buffer.from(texts.join('\n') + (ended ? '\n' : ''));
      const pieces: Buffer[] = [];
      let from = 0;
      for (const cut of cuts) {
        pieces.push(body.subarray(from, from + cut));
        from += cut;
      }
      pieces.push(body.subarray(from));
      const request = Readable.from(pieces.filter(({ length }) => length > 0)) as unknown as IncomingMessage;
      const found = (await collect(lines(request))).map((each) => each.toString());
      t.deepEqual(
        found,
        texts.filter((text) => text !== ''),
      );
    }),
    { numRuns: 200 },
  );
});
