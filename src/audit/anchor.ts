import { canonicalJson, verifySignature, type Keyring } from '../crypto/index.js';
import { VouchError } from '../errors.js';
import type { ChainPoint } from './chain.js';

/** A signed place in a tenant's chain. Kept elsewhere, it proves later that the chain still passes it. */
export interface Anchor extends ChainPoint {
  readonly tenantId: string;
  readonly signedAt: Date;
  readonly keyId: string;
  /** Ed25519, 64 bytes. */
  readonly signature: Buffer;
}

/** What is signed: RFC 8785 JSON, in UTF-8, of what an anchor says. docs/audit.md describes it. */
function anchorMessage({ tenantId, position, hash, signedAt, keyId }: Omit<Anchor, 'signature'>): Buffer {
  return Buffer.from(
    canonicalJson({
      use: 'vouch audit anchor 1',
      tenantId,
      position,
      hash: hash.toString('hex'),
      signedAt: signedAt.toISOString(),
      keyId,
    }),
  );
}

/** Signs a place in a tenant's chain. Throws KEY_MISSING, KEYRING_INVALID. */
export async function signAnchor(
  keyring: Keyring,
  tenantId: string,
  { position, hash }: ChainPoint,
  signedAt: Date,
): Promise<Anchor> {
  const { keyId } = await keyring.publicKey(tenantId);
  const anchor = { tenantId, position, hash, signedAt, keyId };
  const { signature } = await keyring.sign(tenantId, anchorMessage(anchor));
  return { ...anchor, signature };
}

/**
 * Checks that an anchor is of this tenant and was signed with its key.
 *
 * @param publicKey - PEM
 * @throws ANCHOR_INVALID
 */
export function checkAnchor(tenantId: string, anchor: Anchor, publicKey: string): void {
  if (anchor.tenantId !== tenantId) {
    throw new VouchError('ANCHOR_INVALID', { field: 'anchor', message: 'The anchor is of another tenant.' });
  }
  if (!verifySignature(publicKey, anchorMessage(anchor), anchor.signature)) {
    throw new VouchError('ANCHOR_INVALID', { field: 'anchor.signature' });
  }
}
