/** The longest id, bytes of UTF-8. */
export const ID_BYTES = 256;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * What is wrong with a text, or null: it is at most so many bytes of UTF-8 in NFC without control characters. Right-to-left
 * text is text like any other.
 */
export function textFault(value: string, maximumBytes: number): string | null {
  if (Buffer.byteLength(value, 'utf8') > maximumBytes) return `is longer than ${maximumBytes} bytes`;
  if (CONTROL.test(value)) return 'holds control characters';
  // U+FFFD stands where bytes were no UTF-8.
  if (!value.isWellFormed() || value.includes('\ufffd')) return 'is not valid UTF-8';
  if (value.normalize('NFC') !== value) return 'is not in Unicode normal form C';
  return null;
}

/** Whether something is an id as this service takes them: a text of 1 to 256 bytes. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && textFault(value, ID_BYTES) === null;
}
