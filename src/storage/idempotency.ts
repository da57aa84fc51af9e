import { VouchError } from '../errors.js';
import type { Transaction } from './transaction.js';

/** A request that does its work once, however often it arrives. */
export interface KeyedRequest {
  /** What was asked for, for example `RecordConsent`: a key counts within it. */
  readonly method: string;
  /** 1 to 128 bytes, from the caller. */
  readonly key: string;
  /** Of all that was asked, under the tenant's hash key. */
  readonly digest: Buffer;
}

/**
 * Does work once for a key, in the transaction given: a repeat of the request gets the stored result, also when both
 * arrive at the same moment (the second waits for the first's transaction).
 *
 * @param work - its result is stored: references to what was written, plain JSON, no personal data
 * @throws IDEMPOTENCY_KEY_REUSED where the key came before with another request
 */
export async function once<T>(tx: Transaction, request: KeyedRequest, work: () => Promise<T>): Promise<T> {
  const done = await claimKey(tx, request);
  if (done !== null) {
    if (!done.digest.equals(request.digest)) throw new VouchError('IDEMPOTENCY_KEY_REUSED');
    return done.result as T;
  }
  const result = await work();
  await storeResult(tx, request, result);
  return result;
}

/** The stored result of a request that was done before, or null. Throws IDEMPOTENCY_KEY_REUSED as {@link once}. */
export async function resultOf(tx: Transaction, request: KeyedRequest): Promise<{ result: unknown } | null> {
  const done = await findKey(tx, request);
  if (done !== null && !done.digest.equals(request.digest)) throw new VouchError('IDEMPOTENCY_KEY_REUSED');
  return done;
}

interface Done {
  readonly digest: Buffer;
  readonly result: unknown;
}

/** Null where the key was free and is now taken. */
async function claimKey(tx: Transaction, request: KeyedRequest): Promise<Done | null> {
  const taken = await tx.query(
    `INSERT INTO idempotency_keys (method, key, request_digest) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, method, key) DO NOTHING RETURNING 1`,
    [request.method, request.key, request.digest],
  );
  return taken.length > 0 ? null : findKey(tx, request);
}

async function findKey(tx: Transaction, { method, key }: KeyedRequest): Promise<Done | null> {
  const [row] = await tx.query<Done>(
    'SELECT request_digest AS digest, result FROM idempotency_keys WHERE method = $1 AND key = $2',
    [method, key],
  );
  return row ?? null;
}

async function storeResult(tx: Transaction, { method, key }: KeyedRequest, result: unknown): Promise<void> {
  await tx.query('UPDATE idempotency_keys SET result = $3 WHERE method = $1 AND key = $2', [
    method,
    key,
    JSON.stringify(result),
  ]);
}
