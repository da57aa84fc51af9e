import { VouchError } from '../../errors.js';
import { view } from './sniff.js';

/*
 * What compressed files say about their own end: ffmpeg decodes what is there and is content. MP3 says nothing, so a
 * truncated MP3 counts as a shorter one.
 */

/**
 * Ogg: the last page must be whole and marked as the last (RFC 3533, section 6).
 * @throws VouchError RECORDING_TRUNCATED.
 */
export function checkOggEnd(bytes: Uint8Array): void {
  const file = view(bytes);
  const page = file.lastIndexOf('OggS', undefined, 'latin1');
  const segments = file[page + 26];
  if (segments === undefined || page + 27 + segments > file.length)
    throw new VouchError('RECORDING_TRUNCATED');
  const body = file.subarray(page + 27, page + 27 + segments).reduce((sum, length) => sum + length, 0);
  const isLast = (file[page + 5]! & 4) !== 0;
  if (!isLast || page + 27 + segments + body > file.length) throw new VouchError('RECORDING_TRUNCATED');
}

/**
 * MP4: the boxes at the top must lie within the file (ISO/IEC 14496-12, section 4.2).
 * @throws VouchError RECORDING_TRUNCATED; RECORDING_HEADER_INVALID for a box smaller than its own header.
 */
export function checkMp4Boxes(bytes: Uint8Array): void {
  const file = view(bytes);
  for (let at = 0; at < file.length;) {
    if (at + 8 > file.length) throw new VouchError('RECORDING_TRUNCATED');
    let size = file.readUInt32BE(at);
    if (size === 0) return;
    if (size === 1) {
      if (at + 16 > file.length) throw new VouchError('RECORDING_TRUNCATED');
      size = Number(file.readBigUInt64BE(at + 8));
    }
    if (size < 8) throw new VouchError('RECORDING_HEADER_INVALID');
    at += size;
    if (at > file.length) throw new VouchError('RECORDING_TRUNCATED');
  }
}

/** FLAC: how many samples a channel STREAMINFO announces (RFC 9639, section 8.2); 0 when it does not say. */
export function flacSampleCount(bytes: Uint8Array): number {
  const file = view(bytes);
  if (file.length < 26) throw new VouchError('RECORDING_TRUNCATED');
  return (file[21]! & 15) * 2 ** 32 + file.readUInt32BE(22);
}
