import { canonicalJson, sha256, type Keyring } from '../../crypto/index.js';
import type { HeldData } from './held-data.js';
import { exportPage } from './page.js';

/** A file of the archive. */
export interface ExportedFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: Buffer;
}

/**
 * Makes the archive: everything as JSON, the page for people, and a signed manifest that names both by their hashes. The
 * signature is checked with `openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile
 * manifest.sig`, and the public key against the one that the tenant publishes.
 */
export async function makeArchive(keyring: Keyring, data: HeldData): Promise<readonly ExportedFile[]> {
  const files = [
    file('speaker.json', 'application/json', `${JSON.stringify(data, null, 2)}\n`),
    file('speaker.html', 'text/html; charset=utf-8', exportPage(data)),
  ];
  const { keyId, pem } = await keyring.publicKey(data.tenantId);
  const manifest = canonicalJson({
    use: 'vouch speaker export 1',
    tenantId: data.tenantId,
    madeAt: data.madeAt.toISOString(),
    keyId,
    files: files.map(({ name, content }) => ({
      name,
      bytes: content.length,
      sha256: sha256(content).toString('hex'),
    })),
  });
  const { signature } = await keyring.sign(data.tenantId, Buffer.from(manifest));
  return [
    ...files,
    file('manifest.json', 'application/json', manifest),
    { name: 'manifest.sig', mediaType: 'application/octet-stream', content: signature },
    file('public-key.pem', 'application/x-pem-file', pem),
  ];
}

function file(name: string, mediaType: string, text: string): ExportedFile {
  return { name, mediaType, content: Buffer.from(text) };
}
