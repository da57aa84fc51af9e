import { VouchError } from '../errors.js';

type ProtoEnum = Readonly<Record<string, string>>;
/** The names of a generated enum that mean something. */
type NameOf<E extends ProtoEnum> = Exclude<keyof E & string, 'UNSPECIFIED' | 'UNRECOGNIZED'>;

/** From the domain's word to the contract's value; they are the same word by construction, checked by the compiler. */
export function toProto<E extends ProtoEnum>(type: E, name: NameOf<E>): E[keyof E] {
  return type[name];
}

/** As toProto; null becomes the contract's UNSPECIFIED. */
export function toProtoOrUnspecified<E extends ProtoEnum>(type: E, name: NameOf<E> | null): E[keyof E] {
  return (name === null ? type['UNSPECIFIED'] : type[name]) as E[keyof E];
}

/** From the contract's value to the domain's word; null for UNSPECIFIED. Throws FIELD_INVALID for a value not known. */
export function fromProtoOptional<E extends ProtoEnum>(
  type: E,
  value: string,
  field: string,
): NameOf<E> | null {
  const name = Object.keys(type).find((key) => type[key] === value);
  if (name === undefined || name === 'UNRECOGNIZED') {
    throw new VouchError('FIELD_INVALID', { field, message: `${field} has a value that is not known.` });
  }
  return name === 'UNSPECIFIED' ? null : (name as NameOf<E>);
}

/** As fromProtoOptional; throws FIELD_REQUIRED for UNSPECIFIED. */
export function fromProto<E extends ProtoEnum>(type: E, value: string, field: string): NameOf<E> {
  const name = fromProtoOptional(type, value, field);
  if (name === null) throw new VouchError('FIELD_REQUIRED', { field, message: `${field} is missing.` });
  return name;
}
