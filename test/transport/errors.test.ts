import test from 'ava';
import { RichServerError } from 'nice-grpc-error-details';
import type { CallContext, ServerMiddlewareCall } from 'nice-grpc';
import { VouchError } from '../../src/errors.js';
import { errorMiddleware } from '../../src/transport/grpc/errors.js';

/** What a client and the log are told of an error. */
async function told(error: Error): Promise<{ metadata: unknown; errorId: string }> {
  let errorId = '';
  const middleware = errorMiddleware((id) => {
    errorId = id;
  });
  const call = {
    // eslint-disable-next-line require-yield -- it fails
    next: async function* () {
      await Promise.resolve();
      throw error;
    },
  } as unknown as ServerMiddlewareCall<unknown, unknown>;
  try {
    await middleware(call, {} as CallContext).next();
  } catch (status) {
    const [info] = status instanceof RichServerError ? status.extra : [];
    return { metadata: info && 'metadata' in info ? info.metadata : undefined, errorId };
  }
  throw new Error('It went through.');
}

test('of what is our own fault clients get an id, and nothing else', async (t) => {
  const { metadata, errorId } = await told(
    new VouchError('INTERNAL', { metadata: { sqlState: '23505' }, field: 'x' }),
  );
  t.deepEqual(metadata, { errorId });
  t.true(errorId.length > 0);
});

test('of what they can mend they get field and limits', async (t) => {
  const { metadata } = await told(
    new VouchError('CHUNK_TOO_LARGE', { field: 'data', metadata: { limitBytes: '1' } }),
  );
  t.deepEqual(metadata, { limitBytes: '1', field: 'data' });
});
