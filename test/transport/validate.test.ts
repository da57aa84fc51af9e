import test from 'ava';
import fc from 'fast-check';
import { VouchError } from '../../src/errors.js';
import {
  languageTag,
  validId,
  validOnBehalfOf,
  validText,
  validUuid,
  within,
} from '../../src/transport/validate.js';

const reason = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof VouchError ? error.reason : 'not a VouchError';
  }
};

test('an id is 1 to 256 bytes of UTF-8', (t) => {
  t.is(validId('a', 'id'), 'a');
  t.is(validId('é'.repeat(128), 'id').length, 128);
  t.is(
    reason(() => validId('', 'id')),
    'ID_INVALID',
  );
  t.is(
    reason(() => validId('a'.repeat(257), 'id')),
    'ID_INVALID',
  );
  t.is(
    reason(() => validId('é'.repeat(129), 'id')),
    'ID_INVALID',
  );
  t.is(
    reason(() => validId('a'.repeat(300_000), 'id')),
    'ID_INVALID',
  );
});

test('control characters, half surrogates and denormalised text are refused; right-to-left text is not', (t) => {
  for (const bad of ['a\u0000b', 'a\nb', 'a\u007f', '\u0085', '\ud800', '\ufffd', 'e\u0301']) {
    t.is(
      reason(() => validId(bad, 'id')),
      'ID_INVALID',
    );
  }
  t.is(validId('عميل-١٢٣', 'id'), 'عميل-١٢٣');
});

test('whatever the text, the answer is the text itself or a stable reason that does not repeat it', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      try {
        t.is(validText(text, 'field', 256), text);
      } catch (error) {
        t.true(error instanceof VouchError);
        if (text.length > 5) t.false((error as VouchError).message.includes(text));
      }
    }),
  );
});

test('numbers, UUIDs and language tags are what they say', (t) => {
  t.is(within(3, 'n', 1, 3), 3);
  t.is(
    reason(() => within(4, 'n', 1, 3)),
    'FIELD_INVALID',
  );
  t.is(
    reason(() => within(1.5, 'n', 1, 3)),
    'FIELD_INVALID',
  );
  t.is(
    reason(() => validUuid('x', 'id')),
    'FIELD_INVALID',
  );
  t.is(languageTag('EN-us', 'language'), 'en-US');
  t.is(
    reason(() => languageTag('no such language', 'language')),
    'FIELD_INVALID',
  );
});

test('on whose behalf: anybody but the speaker', (t) => {
  t.is(validOnBehalfOf({ speakerId: 'kim', onBehalfOf: '' }), '');
  t.is(validOnBehalfOf({ speakerId: '', onBehalfOf: '' }), '');
  t.is(validOnBehalfOf({ speakerId: 'kim', onBehalfOf: 'branch' }), 'branch');
  t.is(
    reason(() => validOnBehalfOf({ speakerId: 'kim', onBehalfOf: 'kim' })),
    'FIELD_INVALID',
  );
});
