import { VouchError } from '../errors.js';

/**
 * Encodes named strings and numbers so that no two different sets of them give the same bytes: pairs sorted by name, each
 * part preceded by its length in bytes (32 bit, big-endian). What is authenticated must be unambiguous: joining with a
 * separator would let `a|b` + `c` pass for `a` + `b|c`.
 *
 * @returns a new buffer
 */
export function encodeFields(fields: Readonly<Record<string, string | number>>): Buffer {
  const parts: Buffer[] = [];
  for (const name of Object.keys(fields).sort()) {
    for (const part of [name, String(fields[name])]) {
      const bytes = Buffer.from(part, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      parts.push(length, bytes);
    }
  }
  return Buffer.concat(parts);
}

/** What JSON can say and nothing else. `undefined` members are left out, as JSON.stringify does. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/**
 * The one way to write a value as JSON: members sorted by name (UTF-16 code units), no spaces, numbers and strings as
 * ECMAScript writes them. This is RFC 8785 (JSON Canonicalization Scheme) for the values that it allows.
 *
 * @throws FIELD_INVALID for a number that is not finite
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new VouchError('FIELD_INVALID', { message: 'A number is not finite.' });
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const member = value[name];
      return member === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

// Array.isArray does not narrow readonly lists out of a union.
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
