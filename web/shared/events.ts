import { ApiError, errorOf } from './api-error.js';
import { SILENCE_MS } from './silence.js';

/**
 * The messages of a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), until
 * its end. Throws {@link ApiError}: what the service says, or CONNECTION_LOST where it falls silent or breaks off.
 *
 * @param onAlive - told whenever anything comes, if only a sign of life
 */
export async function* readEvents<Message>(
  body: ReadableStream<Uint8Array>,
  onAlive: () => void = () => undefined,
): AsyncGenerator<Message> {
  const reader = body.getReader();
  try {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      if (done) throw new ApiError('UNAVAILABLE', 'CONNECTION_LOST');
      onAlive();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const { event, data } = readBlock(block);
        if (event === 'end') return;
        if (event === 'error') throw errorOf(JSON.parse(data) as object);
        if (data !== '') yield JSON.parse(data) as Message;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function readBlock(block: string): { event: string; data: string } {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    if (line.startsWith('data: ')) data.push(line.slice(6));
  }
  return { event, data: data.join('\n') };
}

async function withinSilence<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ApiError('UNAVAILABLE', 'CONNECTION_LOST'));
    }, SILENCE_MS);
  });
  try {
    return await Promise.race([read, silence]);
  } catch (cause) {
    if (cause instanceof ApiError || (cause instanceof DOMException && cause.name === 'AbortError'))
      throw cause;
    throw new ApiError('UNAVAILABLE', 'CONNECTION_LOST', { cause });
  } finally {
    clearTimeout(timer);
  }
}
