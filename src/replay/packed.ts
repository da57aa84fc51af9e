import type { Fingerprint } from '../domain/speech.js';
import { VouchError } from '../errors.js';

/** The first byte: the form of the rest, and of the codes. Another is not read. */
const FORM = 1;
/** Every second code is kept: what is compared with it has all. */
const KEPT_EVERY = 2;
/** Codes that are kept of one call, 32 ms each: its first 60 s of speech. */
const MOST_CODES = 1875;
const RUN_BYTES = 6;

/**
 * The fingerprint of a call or recording as it is kept: at most 4 KB, and some bytes for each pause. Form, then runs of
 * codes that follow each other: first tick (32 bits), how many (16), the codes (16 each); little-endian.
 * @param parts of its windows, in their order.
 */
export function packFingerprint(parts: readonly Fingerprint[]): Buffer {
  const runs: { tick: number; codes: number[] }[] = [];
  let count = 0;
  for (const { ticks, codes } of parts) {
    for (let i = 0; i < ticks.length && count < MOST_CODES; i++) {
      const tick = ticks[i]!;
      if (tick % KEPT_EVERY !== 0) continue;
      const run = runs.at(-1);
      if (run && tick === run.tick + run.codes.length * KEPT_EVERY) run.codes.push(codes[i]!);
      else runs.push({ tick, codes: [codes[i]!] });
      count++;
    }
  }
  const bytes = Buffer.alloc(1 + runs.length * RUN_BYTES + 2 * count);
  let at = bytes.writeUInt8(FORM, 0);
  for (const { tick, codes } of runs) {
    at = bytes.writeUInt16LE(codes.length, bytes.writeUInt32LE(tick, at));
    for (const code of codes) at = bytes.writeUInt16LE(code, at);
  }
  return bytes;
}

/** The reverse of {@link packFingerprint}. Throws INTERNAL for bytes of another form. */
export function unpackFingerprint(bytes: Buffer): Fingerprint {
  const ticks: number[] = [];
  const codes: number[] = [];
  try {
    if (bytes.readUInt8(0) !== FORM) throw new RangeError('unknown form');
    for (let at = 1; at < bytes.length;) {
      const tick = bytes.readUInt32LE(at);
      const count = bytes.readUInt16LE(at + 4);
      at += RUN_BYTES;
      for (let i = 0; i < count; i++, at += 2) {
        ticks.push(tick + i * KEPT_EVERY);
        codes.push(bytes.readUInt16LE(at));
      }
    }
  } catch (cause) {
    throw new VouchError('INTERNAL', { message: 'A stored fingerprint has an unknown form.', cause });
  }
  return { ticks: Uint32Array.from(ticks), codes: Uint16Array.from(codes) };
}
