/** Keys and what is done with them: nothing else touches a key. */
export { apiKeyHash, newApiKeySecret } from './api-key.js';
export { canonicalJson, type JsonValue } from './canonical.js';
export { DataKey } from './data-key.js';
export { sha256 } from './digest.js';
export { FileKeyring } from './file-keyring.js';
export { FIRST_EPOCH, type Keyring, type OwnedKey, type WrappedKey } from './keyring.js';
export { openKeyring, type KeyringSource } from './open-keyring.js';
export { requestDigest } from './request-digest.js';
export { newKeyringText } from './key-file.js';
export { newStreamKeyPair, StreamOpener, StreamSealer, type StreamKeyPair } from './sealed-stream.js';
export { verifySignature, type PublicKey, type Signature } from './signing.js';
export { TransitKeyring } from './transit-keyring.js';
export { decodeVector, encodeVector } from './vector.js';
