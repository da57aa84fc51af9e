import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  type DescField,
  type DescMessage,
  type FileRegistry,
  type JsonObject,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { VouchError } from '../../errors.js';

/** A message as ts-proto describes it. */
interface MessageType {
  decode(bytes: Uint8Array): unknown;
}

/** Reads messages of the contract from JSON. */
export type ReadJson = (message: DescMessage, type: MessageType, json: Uint8Array) => unknown;

/** The compiled contract. @param bytes a FileDescriptorSet */
export function readContract(bytes: Uint8Array): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
}

/**
 * Reads one message: proto3 JSON, held to the descriptors, so that what is unknown or of another type is refused and not
 * guessed at; ts-proto's own `fromJSON` takes anything. Throws MESSAGE_MALFORMED, naming the field where one is to blame.
 */
export function readJson(message: DescMessage, type: MessageType, bytes: Uint8Array): unknown {
  const json = parse(bytes);
  try {
    return type.decode(toBinary(message, fromJson(message, json)));
  } catch (cause) {
    const { field, what } = blame(message, json, '');
    const named = field === '' ? {} : { field };
    throw new VouchError('MESSAGE_MALFORMED', {
      ...named,
      message: `${field || 'The message'} ${what}.`,
      cause,
    });
  }
}

/** Writes a message: what ts-proto's `toJSON` made of it, with the numbers that JSON does not know as proto3 has them. */
export function writeJson(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(utf8.decode(bytes)) as JsonValue;
  } catch {
    // The parser's own words quote what was sent.
    throw new VouchError('MESSAGE_MALFORMED', { message: 'The message is not JSON in UTF-8.' });
  }
}

interface Blame {
  /** A path of the contract, for example `claims[0].speaker_id`; empty: the message itself. */
  readonly field: string;
  readonly what: string;
}

/** Finds the innermost field that makes a message unreadable. Only asked where it is known to be. */
function blame(message: DescMessage, json: JsonValue, path: string): Blame {
  if (!isObject(json) || hasOwnForm(message)) return { field: path, what: `is no ${wordFor(message)}` };
  for (const [key, value] of Object.entries(json)) {
    const field = message.fields.find(({ jsonName, name }) => jsonName === key || name === key);
    if (!field) return unknownKey(key, path);
    if (!reads(message, { [key]: value })) return blameField(field, value, joined(path, field.name));
  }
  return { field: path, what: 'states something twice, or two of which only one can be' };
}

function blameField(field: DescField, value: JsonValue, path: string): Blame {
  const inner = field.message;
  if (field.fieldKind === 'message' && inner) return blame(inner, value, path);
  if (field.fieldKind !== 'list' || !Array.isArray(value)) return { field: path, what: wrongKind(field) };
  const index = value.findIndex((item) => !reads(field.parent, { [field.jsonName]: [item] }));
  const itemPath = `${path}[${index}]`;
  const item = value[index];
  if (inner && item !== undefined) return blame(inner, item, itemPath);
  return { field: itemPath, what: 'has a value of another type than it should' };
}

function reads(message: DescMessage, json: JsonValue): boolean {
  try {
    toBinary(message, fromJson(message, json));
    return true;
  } catch {
    return false;
  }
}

/** A name that looks like one may be told; anything else could be what somebody typed. */
function unknownKey(key: string, path: string): Blame {
  if (/^[A-Za-z]\w{0,63}$/.test(key))
    return { field: joined(path, key), what: 'is no field of this message' };
  return { field: path, what: 'holds a field that is unknown' };
}

function wrongKind({ fieldKind, enum: values }: DescField): string {
  if (fieldKind === 'list') return 'is no list';
  return values ? 'is none of the known values' : 'has a value of another type than it should';
}

/** Messages that JSON writes as something else than an object. */
function hasOwnForm({ typeName }: DescMessage): boolean {
  return typeName.startsWith('google.protobuf.');
}

function wordFor({ typeName }: DescMessage): string {
  return typeName === 'google.protobuf.Timestamp'
    ? 'time in the form of RFC 3339'
    : 'JSON object of its fields';
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
