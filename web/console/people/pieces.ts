const PIECE_BYTES = 256 * 1024;

/** A start, then a file in pieces, as uploads want it; tells how far the file was read, 0 to 1. */
export async function* pieces<Start>(
  start: Start,
  file: Blob,
  onRead: (share: number) => void = () => undefined,
): AsyncGenerator<{ start: Start } | { data: string }> {
  yield { start };
  for (let at = 0; at < file.size; at += PIECE_BYTES) {
    const piece = new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer());
    yield { data: base64(piece) };
    onRead(Math.min(1, (at + PIECE_BYTES) / file.size));
  }
}

function base64(bytes: Uint8Array): string {
  let text = '';
  // As many arguments as every browser takes.
  for (let at = 0; at < bytes.length; at += 0x2000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x2000));
  return btoa(text);
}
