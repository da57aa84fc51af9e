import type { IncomingMessage } from 'node:http';
import { AbortError } from 'abort-controller-x';
import { VouchError } from '../../errors.js';
import { MOST_MESSAGE_BYTES } from '../read-call.js';

function tooLarge(): VouchError {
  return new VouchError('MESSAGE_TOO_LARGE', { metadata: { limitBytes: String(MOST_MESSAGE_BYTES) } });
}

/** All of a body. Throws MESSAGE_TOO_LARGE as soon as there is too much of it. */
export async function wholeBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > MOST_MESSAGE_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The lines of a body as they come, without empty ones; no more is read than is asked for. Throws MESSAGE_TOO_LARGE in the
 * middle of a line that is longer than a message may be.
 */
export async function* lines(request: IncomingMessage): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let size = 0;
  const take = (last: Buffer): Buffer => {
    const line = begun.length === 0 ? last : Buffer.concat([...begun, last]);
    begun = [];
    size = 0;
    return line;
  };
  for await (const chunk of chunksOf(request)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      if (size + end - from > MOST_MESSAGE_BYTES) throw tooLarge();
      const line = take(chunk.subarray(from, end));
      from = end + 1;
      if (!isBlank(line)) yield line;
    }
    size += chunk.length - from;
    if (size > MOST_MESSAGE_BYTES) throw tooLarge();
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  const rest = take(Buffer.alloc(0));
  if (!isBlank(rest)) yield rest;
}

/** What comes, leaving the connection as it is whatever happens: it is needed for the answer. Throws AbortError. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch (error) {
    if (request.complete) throw error;
    // The client is gone. The library's error is one in all but its type.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw new AbortError();
  }
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function isBlank(line: Buffer): boolean {
  return line.length === 0 || (line.length === 1 && line[0] === CARRIAGE_RETURN);
}
