import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

interface Key {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** An issuer of tokens on the loopback, whose keys are asked for over HTTP. */
export class IdentityProvider {
  readonly issuer = 'https://login.acme.example';
  readonly audience = 'vouch';
  /** How often its keys were asked for. */
  asked = 0;
  /** What it answers instead of its keys; null: those. */
  answer: (() => { readonly status: number; readonly body: string }) | null = null;
  readonly #keys = new Map<string, Key>();

  private constructor(private readonly server: Server) {
    server.on('request', (_request, response) => {
      this.asked++;
      const { status, body } = this.answer?.() ?? { status: 200, body: this.jwks() };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }

  static async start(): Promise<IdentityProvider> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const provider = new IdentityProvider(server);
    await provider.newKey('first');
    return provider;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  jwks(): string {
    return JSON.stringify({ keys: [...this.#keys.values()].map(({ publicJwk }) => publicJwk) });
  }

  publicJwk(kid: string): JWK {
    return this.#keys.get(kid)!.publicJwk;
  }

  async newKey(kid: string, alg = 'ES256'): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    this.#keys.set(kid, { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } });
  }

  dropKey(kid: string): void {
    this.#keys.delete(kid);
  }

  /** A token that counts, but for what is changed; undefined takes a claim out. */
  async token(
    claims: JWTPayload = {},
    { kid = 'first', key }: { kid?: string; key?: CryptoKey } = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: this.issuer,
      aud: this.audience,
      sub: 'ann',
      tenant: 'acme',
      roles: ['agent'],
      iat: now,
      exp: now + 600,
      ...claims,
    };
    const alg = this.#keys.get(kid)?.publicJwk.alg ?? 'ES256';
    return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key ?? this.#keys.get(kid)!.privateKey);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
