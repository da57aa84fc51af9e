import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Value = Readonly<Record<string, unknown>>;

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

/** A span as OTLP/JSON has it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
}

interface Body {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** A collector of traces on the loopback that keeps what it is sent. */
export class OtlpReceiver {
  /** Everything that came, as it came. */
  raw = '';
  readonly spans: ReceivedSpan[] = [];
  /** What it answers; 0: nothing. */
  status = 200;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        if (receiver.status === 0) return;
        if (receiver.status === 200) receiver.#keep(`${request.method} ${request.url}`, body);
        response.writeHead(receiver.status, { 'content-type': 'application/json' }).end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #keep(asked: string, body: string): void {
    if (asked !== 'POST /v1/traces') throw new Error(`Not for a collector: ${asked}`);
    this.raw += `${body}\n`;
    const { resourceSpans } = JSON.parse(body) as Body;
    for (const { scopeSpans } of resourceSpans) for (const { spans } of scopeSpans) this.spans.push(...spans);
  }
}

/** Attributes by name. */
export function attributesOf({
  attributes,
}: {
  readonly attributes: readonly Attribute[];
}): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
