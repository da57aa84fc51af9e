/** Who comes: API keys, tokens, client certificates, each ending in a caller with a tenant and roles. */
export { ApiKeyCheck } from './api-key-check.js';
export { ApiKeys, type CreatedApiKey, type NewApiKey } from './api-keys.js';
export { checkClientsFile, ClientCertificates } from './certificates.js';
export { clientCertificate, type ClientCertificate } from './client-certificate.js';
export { forwardedCertificate } from './forwarded-certificate.js';
export { checkKeySet } from './key-set.js';
export { isLocal, networkOf, peerAddress } from './peer.js';
export { roleNamed, ROLES } from './roles.js';
export { certificatesIn } from './terms.js';
export { ID_BYTES, textFault } from './text.js';
export { HANDSHAKE_WITHIN_MS, TlsFiles, type TlsPaths } from './tls-files.js';
export { Tokens, type TokenSettings } from './tokens.js';
