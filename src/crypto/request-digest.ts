import { canonicalJson, type JsonValue } from './canonical.js';
import type { Keyring } from './keyring.js';

/**
 * A keyed hash over all that was asked, 32 bytes, to tell a repeat from another request under the same idempotency key.
 * Keyed since requests hold ids that could be guessed from a plain hash.
 */
export async function requestDigest(
  keyring: Keyring,
  tenantId: string,
  method: string,
  request: JsonValue,
): Promise<Buffer> {
  return keyring.keyedHash(tenantId, `request ${method}`, canonicalJson(request));
}
