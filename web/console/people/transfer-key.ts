import type { TransferKey } from '../../../src/gen/vouch/v1/transfer.js';
import { fieldProblem } from '../../shared/api-error.js';
import type { Json } from '../../shared/json.js';
import { bytesOf } from '../shell/download.js';

type Key = Json<TransferKey>;

/** A transfer key from its file. Throws ApiError of field `key`. */
export async function readKey(file: Blob | undefined): Promise<Key> {
  try {
    const { transferId, publicKey } = JSON.parse((await file?.text()) ?? '') as Key;
    if (typeof transferId === 'string' && typeof publicKey === 'string') return { transferId, publicKey };
  } catch {
    // As below.
  }
  throw fieldProblem('key', 'This is no transfer key. Ask the other side for the file that they made.');
}

/** What two people can read to each other, as `vouch speakers receive-key` tells it: half of the SHA-256, in fours. */
export async function fingerprint({ publicKey = '' }: Key = {}): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(publicKey)));
  const hex = Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.match(/.{4}/g)?.join(' ') ?? '';
}

/** The fingerprint, where it is what the other side told. Throws ApiError of field `fingerprint`. */
export function checked(seen: string, told: string): string {
  if (seen.replaceAll(' ', '') === told.replaceAll(/\s/g, '').toLowerCase()) return seen;
  throw fieldProblem(
    'fingerprint',
    `The file has another fingerprint: ${seen}. Send nothing, and ask the other side on the telephone.`,
  );
}
