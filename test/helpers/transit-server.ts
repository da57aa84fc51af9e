import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One version of a key: what encrypts and what hashes. */
interface Version {
  readonly key: Buffer;
  readonly hmacKey: Buffer;
  /** Of a key that signs. */
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | null;
}

interface StoredKey {
  readonly type: string;
  readonly derived: boolean;
  readonly versions: Map<number, Version>;
  latest: number;
  minDecryption: number;
  minEncryption: number;
}

interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly errors?: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

class Refusal extends Error {}

/**
 * Speaks as much of the transit engine's protocol as a keyring needs, with real AES-256-GCM, key derivation (HKDF-SHA-256
 * over the context) and versions: https://openbao.org/api-docs/secret/transit/. Answers and refusals as OpenBao's.
 */
export class TransitServer {
  readonly token = randomBytes(12).toString('hex');
  readonly keys = new Map<string, StoredKey>();
  /** Paths in the order they were asked for. */
  readonly asked: string[] = [];
  /** So many requests from now on are answered with 503. */
  failures = 0;
  /** Answers come after this time, ms. */
  delayMs = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TransitServer> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const transit = new TransitServer(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => {
      void transit.#handle(request).then(async ({ status, data, errors }) => {
        if (transit.delayMs > 0) await new Promise((wake) => setTimeout(wake, transit.delayMs));
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(errors === undefined ? { data } : { errors }));
      });
    });
    return transit;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  async #handle(request: IncomingMessage): Promise<Answer> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const path = (request.url ?? '').replace('/v1/transit/', '');
    this.asked.push(path);
    if (this.failures > 0) {
      this.failures -= 1;
      return { status: 503, errors: ['Vault is sealed'] };
    }
    if (request.headers['x-vault-token'] !== this.token)
      return { status: 403, errors: ['permission denied'] };
    const text = Buffer.concat(pieces).toString();
    try {
      return this.#route(
        request.method ?? '',
        path.split('/'),
        text === '' ? {} : (JSON.parse(text) as Body),
      );
    } catch (error) {
      if (error instanceof Refusal) return { status: 400, errors: [error.message] };
      throw error;
    }
  }

  #route(method: string, [operation = '', name = '', last = '']: string[], body: Body): Answer {
    const found = this.keys.get(operation === 'datakey' ? last : name);
    if (operation === 'keys' && last === '') {
      if (method === 'POST') this.#create(name, body);
      const key = this.keys.get(name);
      return key === undefined ? { status: 404, errors: [] } : { status: 200, data: describe(key) };
    }
    if (found === undefined) throw new Refusal('encryption key not found');
    switch (operation) {
      case 'keys':
        return { status: 200, data: change(found, last, body) };
      case 'datakey': {
        const bytes = randomBytes(32);
        const ciphertext = encrypt(found, body, bytes);
        return { status: 200, data: { ciphertext, plaintext: bytes.toString('base64') } };
      }
      case 'decrypt':
        return { status: 200, data: { plaintext: decrypt(found, body).toString('base64') } };
      case 'rewrap':
        return { status: 200, data: { batch_results: rewrap(found, body) } };
      case 'sign':
        return { status: 200, data: { signature: signed(found, body) } };
      case 'hmac':
        return { status: 200, data: { hmac: hmac(found, body) } };
      default:
        return { status: 404, errors: ['unsupported path'] };
    }
  }

  #create(name: string, body: Body): void {
    if (this.keys.has(name)) return;
    const type = String(body['type']);
    this.keys.set(name, {
      type,
      derived: body['derived'] === true,
      versions: new Map([[1, newVersion(type)]]),
      latest: 1,
      minDecryption: 1,
      minEncryption: 0,
    });
  }
}

function newVersion(type: string): Version {
  const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : null;
  return { key: randomBytes(32), hmacKey: randomBytes(32), pair };
}

function describe(key: StoredKey): unknown {
  return {
    type: key.type,
    derived: key.derived,
    latest_version: key.latest,
    min_decryption_version: key.minDecryption,
    min_encryption_version: key.minEncryption,
    keys: Object.fromEntries(
      [...key.versions].map(([version, { pair }]) => [
        version,
        pair === null ? 1_750_000_000 : { public_key: rawPublicKey(pair.publicKey).toString('base64') },
      ]),
    ),
  };
}

function change(key: StoredKey, operation: string, body: Body): unknown {
  if (operation === 'rotate') {
    key.latest += 1;
    key.versions.set(key.latest, newVersion(key.type));
  } else if (operation === 'config') {
    key.minDecryption = Number(body['min_decryption_version']);
    key.minEncryption = Number(body['min_encryption_version']);
  } else if (operation === 'trim') {
    const lowest = Number(body['min_available_version']);
    if (key.minEncryption === 0)
      throw new Refusal('minimum available version cannot be set when minimum encryption version is not set');
    if (lowest > key.minEncryption || lowest > key.minDecryption)
      throw new Refusal('minimum available version cannot be greater than minmum encryption version');
    for (const version of [...key.versions.keys()]) if (version < lowest) key.versions.delete(version);
  } else {
    throw new Refusal('unsupported operation');
  }
  return describe(key);
}

function versionOf(key: StoredKey, version: number): Version {
  const found = key.versions.get(version);
  if (found === undefined) throw new Refusal('invalid ciphertext: version is too new or not available');
  return found;
}

function keyFor(key: StoredKey, version: number, body: Body): Buffer {
  const { key: bytes } = versionOf(key, version);
  if (!key.derived) return bytes;
  const context = Buffer.from(typeof body['context'] === 'string' ? body['context'] : '', 'base64');
  if (context.length === 0) throw new Refusal("missing 'context' for key derivation");
  return Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), context, 32));
}

function encrypt(key: StoredKey, body: Body, plaintext: Buffer): string {
  const version = Number(body['key_version'] ?? 0) || key.latest;
  if (version < key.minEncryption) throw new Refusal('requested version for encryption is too old');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFor(key, version, body), nonce);
  const sealed = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `vault:v${version}:${sealed.toString('base64')}`;
}

function decrypt(key: StoredKey, body: Body): Buffer {
  const match = /^vault:v(\d+):(.+)$/.exec(String(body['ciphertext']));
  if (match === null) throw new Refusal('invalid ciphertext: no prefix');
  const version = Number(match[1]);
  if (version < key.minDecryption)
    throw new Refusal('ciphertext or signature version is disallowed by policy (too old)');
  const sealed = Buffer.from(match[2] ?? '', 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyFor(key, version, body), sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new Refusal('invalid ciphertext: unable to decrypt');
  }
}

/** One bad item does not fail the others, and the answer is 200 all the same. */
function rewrap(key: StoredKey, body: Body): unknown[] {
  return (body['batch_input'] as Body[]).map((item) => {
    try {
      return { ciphertext: encrypt(key, item, decrypt(key, item)) };
    } catch (error) {
      if (error instanceof Refusal) return { error: error.message };
      throw error;
    }
  });
}

/** The last 32 bytes of SubjectPublicKeyInfo. */
function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32);
}

function signed(key: StoredKey, body: Body): string {
  const { pair } = versionOf(key, key.latest);
  if (pair === null) throw new Refusal('key type aes256-gcm96 does not support signing');
  const value = sign(null, Buffer.from(String(body['input']), 'base64'), pair.privateKey);
  return `vault:v${key.latest}:${value.toString('base64')}`;
}

function hmac(key: StoredKey, body: Body): string {
  const version = Number(body['key_version'] ?? 0) || key.latest;
  if (key.minEncryption > 0 && version < key.minEncryption)
    throw new Refusal('cannot generate HMAC: version is too old (disallowed by policy)');
  const input = Buffer.from(String(body['input']), 'base64');
  const value = createHmac('sha256', versionOf(key, version).hmacKey).update(input).digest('base64');
  return `vault:v${version}:${value}`;
}
