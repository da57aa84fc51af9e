import type { Keyring } from '../crypto/index.js';

/** Under which the origin of a call is kept; null for none. */
export async function sourceHashOf(
  keyring: Keyring,
  tenantId: string,
  sourceId: string,
): Promise<Buffer | null> {
  return sourceId === '' ? null : keyring.keyedHash(tenantId, 'call-source', sourceId);
}
