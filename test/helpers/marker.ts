/** Bytes that no other audio of the tests holds. */
export const MARKER = Buffer.from('c0ffee15dead0badf00dfacefeed5eed', 'hex');

/** A frame of 20 ms of 8 kHz PCM with one marker in it. */
export const MARKED_FRAME = Buffer.concat([Buffer.alloc(160), MARKER, Buffer.alloc(160 - MARKER.length)]);
