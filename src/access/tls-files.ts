import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { VouchError } from '../errors.js';
import { certificatesIn, firstEnd } from './terms.js';
import { WatchedFiles } from './watched-files.js';

/** Where the service's certificate is, and that of the authority of its clients. */
export interface TlsPaths {
  /** PEM, with the chain. */
  readonly cert: string;
  readonly key: string;
  /** PEM; empty: clients have no certificates. */
  readonly clientCa: string;
}

/** What is in them. */
export interface TlsContents {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

/** Whoever opens a connection says what TLS needs within this time, ms; Node's own would be two minutes. */
export const HANDSHAKE_WITHIN_MS = 10_000;

/** How often it is looked whether files changed, ms. */
const LOOK_EVERY_MS = 5000;

/** Certificates in files, read again when they change: new connections get the new ones, those that are open go on. */
export class TlsFiles {
  readonly #told = new Set<(contents: TlsContents) => void>();
  #contents: TlsContents;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly paths: TlsPaths,
    /** Told of files that cannot be used; what was before stays in use. */
    private readonly onFailure: (error: unknown) => void,
    private readonly everyMs: number,
    private readonly files: WatchedFiles,
    contents: TlsContents,
  ) {
    this.#contents = contents;
  }

  /** Reads the files. Throws CONFIGURATION_INVALID. */
  static async open(
    paths: TlsPaths,
    onFailure: (error: unknown) => void,
    everyMs = LOOK_EVERY_MS,
  ): Promise<TlsFiles> {
    try {
      const files = new WatchedFiles([paths.cert, paths.key, paths.clientCa].filter(Boolean));
      const contents = (await files.changed(() => read(paths))) ?? (await read(paths));
      return new TlsFiles(paths, onFailure, everyMs, files, contents);
    } catch (cause) {
      throw new VouchError('CONFIGURATION_INVALID', {
        field: 'VOUCH_TLS_CERT_FILE',
        message: 'The certificates cannot be read, or the key is that of another.',
        cause,
      });
    }
  }

  get contents(): TlsContents {
    return this.#contents;
  }

  /** When the first of the certificates in use ends, that of the clients' authority among them; undefined: unknown. */
  get endsAt(): Date | undefined {
    const { cert, ca } = this.#contents;
    return firstEnd([cert, ...(ca ? [ca] : [])].flatMap((pem) => certificatesIn(pem.toString())));
  }

  /** Tells of every change from now on. */
  readonly onChange = (tell: (contents: TlsContents) => void): void => {
    this.#told.add(tell);
  };

  /** Looks for changes from now on. Returns how to stop. */
  watch(): () => void {
    this.#timer = setInterval(() => {
      this.#look().catch(this.onFailure);
    }, this.everyMs).unref();
    return () => {
      clearInterval(this.#timer);
    };
  }

  async #look(): Promise<void> {
    // A key of another certificate, half of a change: it is looked at again the next time.
    const contents = await this.files.changed(() => read(this.paths));
    if (!contents) return;
    this.#contents = contents;
    for (const tell of this.#told) tell(contents);
  }
}

/** Throws where they do not belong together. */
async function read({ cert, key, clientCa }: TlsPaths): Promise<TlsContents> {
  const contents = {
    cert: await readFile(cert),
    key: await readFile(key),
    ...(clientCa === '' ? {} : { ca: await readFile(clientCa) }),
  };
  createSecureContext(contents);
  return contents;
}
