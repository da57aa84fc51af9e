import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A way to a server on the loopback that can be led elsewhere, blocked and cut: a network that fails. */
export class Door {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #blocked = false;

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (inner) => {
      const outer = connect(this.target, '127.0.0.1');
      const pair = [inner, outer] as const;
      this.#pairs.add(pair);
      for (const [from, to] of [pair, [outer, inner] as const]) {
        from.on('data', (bytes) => to.write(bytes));
        from.on('error', () => undefined);
        from.on('close', () => {
          to.destroy();
          this.#pairs.delete(pair);
        });
        if (this.#blocked) from.pause();
      }
    });
  }

  static async open(target: number): Promise<Door> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Door(server, target);
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** The same URL, through the door. */
  through(url: string): string {
    const by = new URL(url);
    by.port = String(this.port);
    return by.href;
  }

  /** From now on it leads to another port. */
  leadTo(target: number): void {
    this.target = target;
  }

  /** Connections stay, and nothing comes through any more, in either direction. */
  block(): void {
    this.#blocked = true;
    for (const socket of [...this.#pairs].flat()) socket.pause();
  }

  unblock(): void {
    this.#blocked = false;
    for (const socket of [...this.#pairs].flat()) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of [...this.#pairs].flat()) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
