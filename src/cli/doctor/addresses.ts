import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { certificatesIn } from '../../access/index.js';
import type { Config } from '../../config.js';
import { checkAddresses as checkStart } from '../../open-servers.js';
import { Findings, type Finding } from './finding.js';

/** How long whoever holds a port has to say what it is, ms. */
const ANSWER_WITHIN_MS = 2000;

/** Whether the addresses are free, or served by this software. */
export async function checkAddresses(config: Config): Promise<Finding[]> {
  const findings = new Findings('addresses');
  try {
    checkStart(config);
  } catch (error) {
    findings.failed(error, { '': 'Say who may call, and over TLS: docs/access.md; or listen on 127.0.0.1.' });
  }
  const wanted: [string, { readonly host: string; readonly port: number }][] = [
    ['VOUCH_ADDRESS', config],
    ['VOUCH_HTTP_ADDRESS', config.http],
  ];
  if (config.metricsAddress) wanted.push(['VOUCH_METRICS_ADDRESS', config.metricsAddress]);
  const isRunning = await answers(config);
  for (const [option, { host, port }] of wanted) {
    const address = `${host}:${port}`;
    const error = port === 0 ? undefined : await whyNotFree(host, port);
    if (error === undefined) findings.ok(`${address} (${option}) is free.`);
    else if (error !== 'EADDRINUSE')
      findings.fail(
        `Nothing can listen on ${address} (${option}): ${error}.`,
        `Name an address of this machine and a port that its user may take: ${option}.`,
      );
    else if (isRunning) findings.ok(`${address} (${option}) is served.`);
    else
      findings.fail(
        `Something else listens on ${address} (${option}).`,
        `Stop it, or choose another address: ${option}.`,
      );
  }
  return findings.list;
}

/** Whether a service of this configuration runs: its metrics say what it is, its certificate, or its health over HTTP. */
async function answers({ metricsAddress, http, access }: Config): Promise<boolean> {
  const metrics =
    metricsAddress && (await ask(`http://${metricsAddress.host}:${metricsAddress.port}/metrics`));
  if (metrics?.includes('vouch_build_info') === true) return true;
  if (access.tls !== null) return showsCertificate(http, access.tls.cert);
  return (await ask(`http://${http.host}:${http.port}/openapi.json`))?.includes('vouch.v1') === true;
}

/** Whether who listens there shows the certificate of this file: nobody else can, who lacks its key. */
async function showsCertificate({ host, port }: Config['http'], file: string): Promise<boolean> {
  // Whether the certificate itself is trusted is no question here, only whether it is ours.
  const socket = connect({ host: bare(host), port, rejectUnauthorized: false });
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('nothing was said in time')));
  try {
    await once(socket, 'secureConnect');
    const [own] = certificatesIn(await readFile(file, 'utf8'));
    return own !== undefined && socket.getPeerX509Certificate()?.fingerprint256 === own.fingerprint256;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function ask(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/** The code of the error with which listening fails; undefined where it does not. */
async function whyNotFree(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ host: bare(host), port });
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'it failed';
  } finally {
    server.close();
  }
}

/** An IPv6 address without the brackets that it has in URLs. */
const bare = (host: string) => host.replace(/^\[|\]$/g, '');
