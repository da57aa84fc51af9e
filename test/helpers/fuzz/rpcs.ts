import { setTimeout as sleep } from 'node:timers/promises';
import type { DescMethod } from '@bufbuild/protobuf';
import { Client, credentials, Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { arbitraryMessage, methodsOfContract } from './messages.js';
import type { Fuzz } from './fuzz.js';

const ROLES = ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR', 'AUDITOR'] as const;

/** Whoever waits for longer than this waits for ever. */
const HANG_MS = 20_000;

/** A stream that goes on by its nature (a watched call) is left after this long. */
const LISTEN_MS = 300;

/** Sends what it likes to every RPC, as bytes. */
export class RpcFuzzer {
  readonly #client: Client;
  readonly #methods = methodsOfContract();
  /** How often each status came. */
  readonly statuses: Record<string, number> = {};
  /** RPC and words of what must not come. */
  readonly wrong: string[] = [];

  constructor(
    address: string,
    private readonly tenantId: string,
    private readonly ids: readonly string[],
  ) {
    this.#client = new Client(address, credentials.createInsecure());
  }

  /** One request with a message, or some. */
  async once(fuzz: Fuzz): Promise<void> {
    const method = fuzz.pick(this.#methods);
    const messages = Array.from({ length: isStreamIn(method) ? fuzz.below(4) : 1 }, () =>
      this.#message(fuzz, method),
    );
    const ended = await this.#send(fuzz, method, messages);
    const name = status[ended.code];
    this.statuses[name] = (this.statuses[name] ?? 0) + 1;
    if (ended.code === status.INTERNAL || ended.code === status.UNKNOWN || ended.details === HUNG)
      this.wrong.push(`${method.parent.name}/${method.name}: ${name} ${ended.details}`);
  }

  close(): void {
    this.#client.close();
  }

  #message(fuzz: Fuzz, { input }: DescMethod): Buffer {
    if (fuzz.chance(0.15)) return fuzz.bytes(500);
    const message = Buffer.from(arbitraryMessage(fuzz, input, this.ids));
    return fuzz.chance(0.4) ? fuzz.mutated(message) : message;
  }

  async #send(fuzz: Fuzz, method: DescMethod, messages: readonly Buffer[]): Promise<StatusObject> {
    const metadata = new Metadata();
    metadata.set('vouch-tenant', this.tenantId);
    metadata.set('vouch-role', fuzz.pick(ROLES));
    metadata.set('vouch-actor', 'fuzz');
    const path = `/${method.parent.typeName}/${method.name}`;
    const same = (bytes: Buffer) => bytes;
    // Every kind of RPC is a stream of messages on the wire.
    const call = this.#client.makeBidiStreamRequest<Buffer, Buffer>(path, same, same, metadata, {
      deadline: Date.now() + HANG_MS,
    });
    const ended = new Promise<StatusObject>((resolve) => call.once('status', resolve));
    // The status says the same.
    call.on('error', () => undefined);
    call.on('data', () => undefined);
    for (const message of messages) call.write(message);
    const leaves = isStreamOut(method) || fuzz.chance(0.02);
    if (!leaves || fuzz.chance(0.7)) call.end();
    const patience = new AbortController();
    try {
      if (!leaves) return await ended;
      const left = sleep(LISTEN_MS, undefined, { signal: patience.signal }).then(
        () => {
          call.cancel();
        },
        () => undefined,
      );
      const last = await ended;
      patience.abort();
      await left;
      return last;
    } finally {
      patience.abort();
    }
  }
}

const HUNG = 'Deadline exceeded';

function isStreamIn({ methodKind }: DescMethod): boolean {
  return methodKind === 'client_streaming' || methodKind === 'bidi_streaming';
}

function isStreamOut({ methodKind }: DescMethod): boolean {
  return methodKind === 'server_streaming' || methodKind === 'bidi_streaming';
}
