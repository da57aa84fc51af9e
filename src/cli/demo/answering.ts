import { readPieces, type AudioFile } from '../audio-file.js';

/** A greeting, and what whoever answers then waits for somebody to speak, ms: a person by docs/outbound-calls.md. */
const GREETING_MS = 1200;
const WAITING_MS = 3000;

/**
 * A recording as somebody speaks who answers the telephone: its beginning, silence for as long as the agent speaks, the rest.
 *
 * @param file PCM of 16 bits, of which zeros are silence
 */
export async function* answering(file: AudioFile, pieceMs: number): AsyncGenerator<Buffer> {
  let mediaMs = 0;
  for await (const piece of readPieces(file, pieceMs)) {
    if (mediaMs === GREETING_MS)
      for (let waitedMs = 0; waitedMs < WAITING_MS; waitedMs += pieceMs) yield Buffer.alloc(piece.length);
    yield piece;
    mediaMs += pieceMs;
  }
}
