import type { Container } from './types.js';

/** A file's bytes as a Buffer over the same memory. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function has(bytes: Uint8Array, at: number, text: string): boolean {
  return view(bytes).toString('latin1', at, at + text.length) === text;
}

/** The header of an MPEG audio frame of layer III (ISO/IEC 11172-3, 2.4.1.3), with no reserved value in it. */
function isMp3Frame(bytes: Uint8Array): boolean {
  if (bytes.length < 4 || bytes[0] !== 0xff || (bytes[1]! & 0xe0) !== 0xe0) return false;
  const version = (bytes[1]! >> 3) & 3;
  const layer = (bytes[1]! >> 1) & 3;
  const bitrate = bytes[2]! >> 4;
  const rate = (bytes[2]! >> 2) & 3;
  return version !== 1 && layer === 1 && bitrate !== 0 && bitrate !== 15 && rate !== 3;
}

/**
 * What kind of file this is, by its first bytes alone: names and content types are not to be trusted. Undefined when it
 * is none that is read. The wide and big-endian kinds of WAVE are told apart from WAV by their first four bytes.
 */
export function sniffContainer(bytes: Uint8Array): Exclude<Container, 'RAW'> | 'RF64' | undefined {
  if (has(bytes, 8, 'WAVE')) {
    if (has(bytes, 0, 'RIFF')) return 'WAV';
    return has(bytes, 0, 'RF64') || has(bytes, 0, 'BW64') || has(bytes, 0, 'RIFX') ? 'RF64' : undefined;
  }
  if (has(bytes, 0, 'OggS')) return 'OGG';
  if (has(bytes, 0, 'fLaC')) return 'FLAC';
  if (has(bytes, 4, 'ftyp')) return 'MP4';
  if (has(bytes, 0, 'ID3') || isMp3Frame(bytes)) return 'MP3';
  return undefined;
}
