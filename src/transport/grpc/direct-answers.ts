import { constants, type ServerHttp2Stream } from 'node:http2';

/** Sends a message to the client. Undefined where there is room for another at once, else resolves when there is. */
export type Send = (message: Uint8Array) => Promise<void> | undefined;

/** Before each message: that it is not compressed, and its length. */
const PREFIX_BYTES = 5;

/**
 * Writes answers to the HTTP/2 stream of a request.
 *
 * @param mostUnreadMs whoever makes no room for so long is cut off
 */
export function senderOn(stream: ServerHttp2Stream, mostUnreadMs: number): Send {
  return (message) => {
    if (stream.destroyed || stream.writableEnded) return undefined;
    const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
    framed[0] = 0;
    framed.writeUInt32BE(message.length, 1);
    framed.set(message, PREFIX_BYTES);
    return stream.write(framed) ? undefined : room(stream, mostUnreadMs);
  };
}

/** Resolves when the client has read enough, or is gone. */
function room(stream: ServerHttp2Stream, mostUnreadMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wasRead = cutUnread(stream, mostUnreadMs);
    const done = () => {
      wasRead();
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

/**
 * Resets a stream after a time, should it still be there: of one whose client reads nothing, all that belongs to it would stay.
 *
 * @returns to be called when the client has read
 */
export function cutUnread(stream: ServerHttp2Stream | undefined, afterMs: number): () => void {
  if (!stream || stream.destroyed) return () => undefined;
  const timer = setTimeout(() => {
    stream.close(constants.NGHTTP2_CANCEL);
  }, afterMs);
  const wasRead = () => {
    clearTimeout(timer);
    stream.off('close', wasRead);
  };
  stream.on('close', wasRead);
  return wasRead;
}
