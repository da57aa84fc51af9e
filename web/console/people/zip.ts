export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Files as one ZIP archive, uncompressed (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). Names are UTF-8; fewer
 * than 4 GiB altogether.
 */
export function zip(entries: readonly ZipEntry[]): BlobPart[] {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let directoryBytes = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    // Version 2.0; bit 11: names are UTF-8; stored; 1980-01-01, since when it was made stands inside.
    const common = [20, 0x0800, 0, 0, 0x0021];
    const sizes = [crc32(bytes), bytes.length, bytes.length];
    const local = record(0x04034b50, common, sizes, [encoded.length, 0], [], []);
    directory.push(
      record(0x02014b50, [20, ...common], sizes, [encoded.length, 0, 0, 0, 0], [0, offset], []),
      encoded,
    );
    directoryBytes += 46 + encoded.length;
    parts.push(local, encoded, bytes);
    offset += 30 + encoded.length + bytes.length;
  }
  const end = record(
    0x06054b50,
    [0, 0, entries.length, entries.length],
    [directoryBytes, offset],
    [0],
    [],
    [],
  );
  return [...parts, ...directory, end];
}

/** A signature, then runs of 16 and of 32 bits in turn, little-endian. */
function record(signature: number, ...runs: readonly (readonly number[])[]): ArrayBuffer {
  const bytes = new DataView(
    new ArrayBuffer(4 + runs.reduce((sum, run, at) => sum + run.length * widthOf(at), 0)),
  );
  bytes.setUint32(0, signature, true);
  let position = 4;
  for (const [at, run] of runs.entries()) {
    for (const value of run) {
      if (widthOf(at) === 2) bytes.setUint16(position, value, true);
      else bytes.setUint32(position, value >>> 0, true);
      position += widthOf(at);
    }
  }
  return bytes.buffer;
}

function widthOf(run: number): number {
  return run % 2 === 0 ? 2 : 4;
}

/** CRC-32 as of ISO 3309, reflected polynomial 0xedb88320. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}
