import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './binary.js';
import { Authority } from './certificates.js';

const DEPLOY = join(ROOT, 'deploy', 'kubernetes');
const FILES = ['envoy.yaml', 'server.yaml', 'clients.yaml'];

/** The ports that deploy/kubernetes/envoy.yaml names. */
const PORTS = { grpc: 8443, http: 8444, health: 8081, metrics: 9902, admin: 9901 } as const;

/** Where the service is. */
interface Addresses {
  readonly address: string;
  readonly httpAddress: string;
}

/** A real Envoy (`make .envoy/bin/envoy`) with the configuration that is deployed, on free ports, before a service. */
export class Envoy {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly authority: Authority,
    readonly ports: Readonly<Record<keyof typeof PORTS, number>>,
  ) {}

  static async start({ address, httpAddress }: Addresses): Promise<Envoy> {
    const directory = await mkdtemp(join(tmpdir(), 'vouch-envoy-'));
    await chmod(directory, 0o755);
    const authority = await Authority.make(directory);
    const { key, cert } = await authority.issue('server', 'DNS:localhost');
    await writeFile(join(directory, 'tls.key'), key);
    await writeFile(join(directory, 'tls.crt'), cert);
    const ports = { grpc: 0, http: 0, health: 0, metrics: 0, admin: 0 };
    for (const name of Object.keys(PORTS) as (keyof typeof PORTS)[]) ports[name] = await freePort();
    for (const file of FILES) await cp(join(DEPLOY, file), join(directory, file));
    for (const file of FILES) {
      let text = await readFile(join(directory, file), 'utf8');
      for (const name of Object.keys(PORTS) as (keyof typeof PORTS)[])
        text = text.replaceAll(String(PORTS[name]), String(ports[name]));
      text = text.replaceAll('50051', address.split(':')[1]!);
      text = text.replaceAll('8080', httpAddress.split(':')[1]!);
      await writeFile(join(directory, file), text.replaceAll(/\/etc\/(envoy|vouch\/tls)/g, directory));
    }
    const options = ['-c', join(directory, 'envoy.yaml'), '--log-level', 'warning', '--concurrency', '1'];
    const own = ['--use-dynamic-base-id', '--drain-time-s', '5', '--drain-strategy', 'immediate'];
    const child = spawn(join(ROOT, '.envoy/bin/envoy'), [...options, ...own], { stdio: 'inherit' });
    const envoy = new Envoy(child, directory, authority, ports);
    await envoy.#ready();
    return envoy;
  }

  /** A gauge or counter of its own, as Prometheus reads it; 0 where there is none yet. */
  async metric(line: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.ports.metrics}/stats/prometheus`);
    const found = (await response.text()).split('\n').find((each) => each.startsWith(line));
    return Number(found?.split(' ')[1] ?? 0);
  }

  /** What the pod does before it ends. */
  async drain(): Promise<void> {
    const url = `http://127.0.0.1:${this.ports.admin}/drain_listeners?graceful&skip_exit`;
    const { ok } = await fetch(url, { method: 'POST' });
    if (!ok) throw new Error('Envoy does not drain.');
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null) await once(this.child, 'exit');
    await rm(this.directory, { recursive: true });
  }

  async #ready(): Promise<void> {
    for (let n = 0; n < 200; n++) {
      if (this.child.exitCode !== null) throw new Error('Envoy ended.');
      const ready = await fetch(`http://127.0.0.1:${this.ports.admin}/ready`).catch(() => null);
      if (ready?.ok === true) return;
      await sleep(50);
    }
    throw new Error('Envoy is not ready.');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
