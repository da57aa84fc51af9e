import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  fromBinary,
  ScalarType,
  toBinary,
  type DescField,
  type DescMessage,
  type DescMethod,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage, type ScalarValue } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { ROOT } from '../binary.js';
import type { Fuzz } from './fuzz.js';

const DEPTH = 4;

/** All RPCs of the contract, from its compiled form. */
export function methodsOfContract(): DescMethod[] {
  const bytes = readFileSync(join(ROOT, 'src/gen/vouch.binpb'));
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  return [...registry]
    .filter((type) => type.kind === 'service' && type.typeName.startsWith('vouch.'))
    .flatMap((service) => (service.kind === 'service' ? service.methods : []));
}

/** A message whose every field is likely to be there, with values at the edges; `ids` are such as exist. */
export function arbitraryMessage(fuzz: Fuzz, type: DescMessage, ids: readonly string[]): Uint8Array {
  return toBinary(type, fill(fuzz, type, ids, 0).message);
}

function fill(fuzz: Fuzz, type: DescMessage, ids: readonly string[], depth: number): ReflectMessage {
  const message = reflect(type);
  if (type.typeName === 'google.protobuf.Timestamp') {
    const seconds = BigInt(
      fuzz.pick([0, 1, -1, Math.floor(Date.now() / 1000), 253_402_300_799, -62_135_596_800, 2 ** 45]),
    );
    message.set(type.field['seconds']!, seconds);
    message.set(type.field['nanos']!, fuzz.pick([0, 1, -1, 999_999_999, 2_000_000_000]));
    return message;
  }
  for (const field of type.fields) {
    if (fuzz.chance(0.15)) continue;
    if (field.oneof && message.oneofCase(field.oneof) !== undefined && fuzz.chance(0.7)) continue;
    setField(fuzz, message, field, ids, depth);
  }
  return message;
}

function setField(
  fuzz: Fuzz,
  message: ReflectMessage,
  field: DescField,
  ids: readonly string[],
  depth: number,
): void {
  switch (field.fieldKind) {
    case 'scalar':
      message.set(field, scalar(fuzz, field.scalar, ids));
      break;
    case 'enum':
      message.set(field, enumValue(fuzz, field.enum.values.length));
      break;
    case 'message':
      if (depth < DEPTH) message.set(field, fill(fuzz, field.message, ids, depth + 1));
      break;
    case 'list':
      for (let count = fuzz.below(4); count > 0; count--) {
        if (field.listKind === 'message') {
          if (depth < DEPTH) message.get(field).add(fill(fuzz, field.message, ids, depth + 1));
        } else if (field.listKind === 'enum')
          message.get(field).add(enumValue(fuzz, field.enum.values.length));
        else message.get(field).add(scalar(fuzz, field.scalar, ids));
      }
      break;
    case 'map':
      if (field.mapKind === 'scalar') message.get(field).set('key', scalar(fuzz, field.scalar, ids));
  }
}

/** One that exists, or one that does not. */
function enumValue(fuzz: Fuzz, values: number): number {
  return fuzz.chance(0.9) ? fuzz.below(values) : fuzz.pick([-1, values, 2 ** 31 - 1]);
}

function scalar(fuzz: Fuzz, type: ScalarType, ids: readonly string[]): ScalarValue {
  switch (type) {
    case ScalarType.STRING:
      return fuzz.chance(0.6) ? fuzz.pick(ids) : fuzz.text();
    case ScalarType.BYTES:
      return new Uint8Array(fuzz.bytes(2000));
    case ScalarType.BOOL:
      return fuzz.chance(0.5);
    case ScalarType.DOUBLE:
      return fuzz.number();
    case ScalarType.FLOAT:
      return Math.fround(fuzz.number());
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fuzz.pick([0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fuzz.pick([0n, 1n, 2n ** 53n, 2n ** 64n - 1n]);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fuzz.chance(0.5) ? fuzz.pick([0, 1, 8000, 2 ** 31, 2 ** 32 - 1]) : fuzz.below(100_000);
    default:
      return fuzz.pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]);
  }
}
