import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../domain/clock.js';
import type { Caller, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { ClientCertificate } from './client-certificate.js';
import { roleNamed } from './roles.js';
import { isId } from './text.js';
import { WatchedFiles } from './watched-files.js';

const Id = z.string().refine(isId);
const ROLE = z.string().transform((text, context): Role => {
  const role = roleNamed(text);
  if (role !== undefined) return role;
  context.addIssue({ code: 'custom', message: 'There is no such role.' });
  return z.NEVER;
});

const Client = z
  .strictObject({
    /** Exactly one of the three. */
    uri: z.string().optional(),
    dns: z.string().optional(),
    commonName: z.string().optional(),
    tenant: Id,
    roles: z.array(ROLE).min(1),
    actor: Id,
  })
  .refine(
    ({ uri, dns, commonName }) => [uri, dns, commonName].filter((name) => name !== undefined).length === 1,
  );

const Clients = z.strictObject({ clients: z.array(Client) });

type Client = z.output<typeof Client>;

/** Whom client certificates name: a file, read again when it changes. */
export class ClientCertificates {
  #clients: readonly Client[] = [];
  readonly #file: WatchedFiles;
  #checkedAtMs = -Infinity;

  constructor(
    private readonly path: string,
    private readonly tenantExists: (tenantId: string) => Promise<boolean>,
    private readonly clock: Clock,
    /** Told of a file that cannot be used; the one before stays in use. */
    private readonly onFailure: (error: unknown) => void,
    private readonly nowMs = () => performance.now(),
  ) {
    this.#file = new WatchedFiles([path]);
  }

  /** Reads the file. Throws CONFIGURATION_INVALID. */
  async open(): Promise<void> {
    try {
      await this.#read();
    } catch (cause) {
      throw unusable(cause);
    }
  }

  /** Throws UNAUTHENTICATED for a certificate that names nobody; CREDENTIALS_ENDED for one that ended. */
  async caller(certificate: ClientCertificate): Promise<Caller> {
    if (certificate.validUntil <= this.clock.now()) throw new VouchError('CREDENTIALS_ENDED');
    await this.#readAgain();
    const client = this.#clients.find((each) => names(certificate, each));
    if (!client || !(await this.tenantExists(client.tenant))) throw new VouchError('UNAUTHENTICATED');
    const { tenant: tenantId, roles, actor: actorId } = client;
    return { tenantId, roles, actorId, authentication: 'CERTIFICATE' };
  }

  /** Looks at the file once a second at most. */
  async #readAgain(): Promise<void> {
    if (this.nowMs() - this.#checkedAtMs < 1000) return;
    this.#checkedAtMs = this.nowMs();
    await this.#read().catch(this.onFailure);
  }

  async #read(): Promise<void> {
    const read = await this.#file.changed(() => readClients(this.path));
    if (read) this.#clients = read;
  }
}

/** Reads a file of clients as the service would. Returns how many it names. Throws CONFIGURATION_INVALID. */
export async function checkClientsFile(path: string): Promise<number> {
  try {
    return (await readClients(path)).length;
  } catch (cause) {
    throw unusable(cause);
  }
}

async function readClients(path: string): Promise<readonly Client[]> {
  return Clients.parse(JSON.parse(await readFile(path, 'utf8'))).clients;
}

function unusable(cause: unknown): VouchError {
  const message = 'The file cannot be read, or is none of clients (docs/access.md).';
  return new VouchError('CONFIGURATION_INVALID', { field: 'VOUCH_CLIENTS_FILE', message, cause });
}

/** A common name counts only where there is no alternative name (RFC 6125, 6.4.4). */
function names({ uris, dnsNames, commonName }: ClientCertificate, client: Client): boolean {
  if (client.uri !== undefined) return uris.includes(client.uri);
  if (client.dns !== undefined) return dnsNames.includes(client.dns);
  return uris.length === 0 && dnsNames.length === 0 && commonName === client.commonName;
}
