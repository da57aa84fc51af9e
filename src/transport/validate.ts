import { ID_BYTES, textFault } from '../access/index.js';
import { VouchError } from '../errors.js';

/**
 * An id: 1 to 256 bytes of UTF-8 in NFC without control characters. Right-to-left text is an id like any other.
 * Throws ID_INVALID naming the field, never the value.
 */
export function validId(value: string, field: string): string {
  if (value === '') throw new VouchError('ID_INVALID', { field, message: `${field} is empty.` });
  return validText(value, field, ID_BYTES, 'ID_INVALID');
}

/** An id that may be left out. */
export function optionalId(value: string, field: string): string {
  return value === '' ? '' : validId(value, field);
}

/**
 * On whose behalf something is done to a speaker. Their own id would stand beyond the reach of an erasure, among those who
 * act for the tenant.
 */
export function validOnBehalfOf(
  { speakerId, onBehalfOf }: { readonly speakerId: string; readonly onBehalfOf: string },
  field = 'on_behalf_of',
): string {
  if (onBehalfOf !== '' && onBehalfOf === speakerId)
    throw new VouchError('FIELD_INVALID', {
      field,
      message: `${field} is the speaker. Leave it empty where a person acts for themselves.`,
    });
  return optionalId(onBehalfOf, field);
}

/** Text of at most `maximumBytes` of UTF-8 in NFC without control characters; may be empty. */
export function validText(
  value: string,
  field: string,
  maximumBytes: number,
  reason: 'ID_INVALID' | 'FIELD_INVALID' = 'FIELD_INVALID',
): string {
  const fault = textFault(value, maximumBytes);
  if (fault !== null) throw new VouchError(reason, { field, message: `${field} ${fault}.` });
  return value;
}

/** Text that must be there. */
export function requiredText(value: string, field: string, maximumBytes: number): string {
  if (value === '') throw new VouchError('FIELD_REQUIRED', { field, message: `${field} is missing.` });
  return validText(value, field, maximumBytes);
}

/** Every write carries one: 1 to 128 bytes. */
export function idempotencyKey(value: string): string {
  return requiredText(value, 'idempotency_key', 128);
}

/** A whole number within bounds, both included. */
export function within(value: number, field: string, minimum: number, maximum: number): number {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new VouchError('FIELD_INVALID', { field, message: `${field} must be ${minimum} to ${maximum}.` });
  }
  return value;
}

/** A message or value that must be there. */
export function required<T>(value: T | undefined | null, field: string): T {
  if (value === undefined || value === null) {
    throw new VouchError('FIELD_REQUIRED', { field, message: `${field} is missing.` });
  }
  return value;
}

/** A UUID in the usual form. */
export function validUuid(value: string, field: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
    throw new VouchError('FIELD_INVALID', { field, message: `${field} is not a UUID.` });
  }
  return value.toLowerCase();
}

/** A time that the calendar knows. */
export function validTime(value: Date | undefined, field: string): Date | null {
  if (value === undefined) return null;
  if (Number.isNaN(value.getTime()))
    throw new VouchError('FIELD_INVALID', { field, message: `${field} is no time.` });
  return value;
}

/** A BCP 47 tag, canonicalised; may be empty. */
export function languageTag(value: string, field: string): string {
  if (value === '') return '';
  try {
    return Intl.getCanonicalLocales(value)[0] ?? '';
  } catch {
    throw new VouchError('FIELD_INVALID', { field, message: `${field} is not a language tag (BCP 47).` });
  }
}

/** SHA-256 as 32 bytes, to hex. */
export function sha256Hex(value: Uint8Array, field: string): string {
  if (value.length !== 32)
    throw new VouchError('FIELD_INVALID', { field, message: `${field} must have 32 bytes.` });
  return Buffer.from(value).toString('hex');
}
