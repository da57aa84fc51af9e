import type { Fingerprint, KeptFingerprint } from '../domain/speech.js';
import { VouchError } from '../errors.js';

/** The first byte: the form of the rest, and of the codes. Another is not read. */
const FORM = 1;
/** Every second code is kept, see KeptFingerprint: what is compared with it has all. */
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
export function unpackFingerprint(bytes: Buffer): KeptFingerprint {
  try {
    if (bytes.readUInt8(0) !== FORM) throw new RangeError('unknown form');
    const firstTicks: number[] = [];
    const starts = [0];
    // More than there are; a frequent caller has fifty fingerprints to be read as the call begins.
    const codes = new Uint16Array(bytes.length >> 1);
    let count = 0;
    for (let at = 1; at < bytes.length;) {
      firstTicks.push(bytes.readUInt32LE(at));
      const end = count + bytes.readUInt16LE(at + 4);
      for (at += RUN_BYTES; count < end; at += 2) codes[count++] = bytes.readUInt16LE(at);
      starts.push(count);
    }
    return {
      firstTicks: Uint32Array.from(firstTicks),
      starts: Uint16Array.from(starts),
      codes: codes.slice(0, count),
    };
  } catch (cause) {
    throw new VouchError('INTERNAL', { message: 'A stored fingerprint has an unknown form.', cause });
  }
}
