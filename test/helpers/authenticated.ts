import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Channel } from 'nice-grpc';
import type { Role } from '../../src/gen/vouch/v1/common.js';
import { bearer, tlsChannel, type BearerClients } from './bearer.js';
import { vouch } from './binary.js';
import { Authority, type KeyPair } from './certificates.js';
import { Ground, type TestService } from './ground.js';
import { IdentityProvider } from './identity-provider.js';

/** The platform that the service's file of clients names. */
export const IVR = 'spiffe://acme.example/ivr';

/** That file, with the platform in these roles. */
export function clientsFile(roles: readonly string[]): string {
  return JSON.stringify({ clients: [{ uri: IVR, tenant: 'acme', roles, actor: 'ivr' }] });
}

/** A service that speaks TLS and knows callers in every way, with the tenants `acme` and `other`. */
export class AuthenticatedService {
  private constructor(
    private readonly ground: Ground,
    readonly service: TestService,
    readonly provider: IdentityProvider,
    readonly authority: Authority,
    /** Of the authority. */
    readonly ca: Buffer,
  ) {}

  static async start(): Promise<AuthenticatedService> {
    const ground = await Ground.make();
    const authority = await Authority.make(ground.directory);
    const provider = await IdentityProvider.start();
    const file = (name: string) => join(ground.directory, name);
    await authority.issue('server', 'DNS:localhost,IP:127.0.0.1');
    await writeFile(file('clients.json'), clientsFile(['telephony']));
    const service = await ground.serve({
      VOUCH_API_KEYS: 'on',
      VOUCH_JWT_ISSUER: provider.issuer,
      VOUCH_JWT_AUDIENCE: provider.audience,
      VOUCH_JWT_JWKS_URL: provider.url,
      VOUCH_TLS_CERT_FILE: file('server.crt'),
      VOUCH_TLS_KEY_FILE: file('server.key'),
      VOUCH_TLS_CLIENT_CA_FILE: file('ca.crt'),
      VOUCH_CLIENTS_FILE: file('clients.json'),
      VOUCH_RECHECK_MS: '1000',
      VOUCH_FORWARDED_CERTIFICATES: 'loopback',
    });
    for (const tenantId of ['acme', 'other'])
      await service.service.tenants.create({ tenantId, role: 'ADMINISTRATOR', actorId: 'test' });
    return new AuthenticatedService(ground, service, provider, authority, await authority.certificate);
  }

  /** A file of the service's. */
  file(name: string): string {
    return join(this.ground.directory, name);
  }

  /** A connection that is closed after the test, with a certificate where one is given. */
  channel(t: ExecutionContext, pair?: KeyPair): Channel {
    const opened = tlsChannel(this.service.address, this.ca, pair);
    t.teardown(() => {
      opened.close();
    });
    return opened;
  }

  /** `vouch api-key`, on the service's database. */
  async apiKey(...args: readonly string[]) {
    const env = { DATABASE_URL: this.ground.postgres.url, VOUCH_KEYRING_FILE: this.file('keyring.json') };
    return vouch(['api-key', ...args, '--tenant', 'acme'], env);
  }

  /** The administrator of `acme`, by a key that the command made. */
  async administrator(t: ExecutionContext): Promise<BearerClients> {
    const args = ['--roles', 'administrator', '--actor', 'ops', '--label', 'first', '--json'];
    const { stdout } = await this.apiKey('create', ...args);
    return bearer(this.channel(t), (JSON.parse(stdout) as { secret: string }).secret);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.provider.stop();
    await this.ground.close();
  }
}

/** One for all tests of a file. */
export function authenticatedServiceOfFile(): () => AuthenticatedService {
  let running: AuthenticatedService | undefined;
  test.serial.before('start the service', async (t) => {
    t.timeout(90_000);
    running = await AuthenticatedService.start();
  });
  test.after.always('stop the service', () => running?.stop());
  return () => {
    if (!running) throw new Error('The service does not run.');
    return running;
  };
}

/** A key that somebody made over the contract. */
export async function newKey({ admin }: BearerClients, roles: readonly Role[], actorId: string) {
  const asked = { label: 'test', roles: [...roles], actorId, idempotencyKey: randomUUID() };
  const { secret, apiKey } = await admin.createApiKey(asked);
  return { secret, keyId: apiKey?.keyId ?? '' };
}
