import { isLoopback } from '../../addresses.js';
import { authenticates } from '../../config-access.js';
import type { Config } from '../../config.js';
import { Findings, type Finding } from './finding.js';

/** Options that each may be as they are, and together are a contradiction or a danger. */
interface Rule {
  readonly applies: (config: Config) => boolean;
  readonly found: (config: Config) => string;
  readonly remedy: string;
}

/** More than a customer needs in a day, or a program that was set up wrongly in a minute. */
const MANY_ATTEMPTS = 100;
const MANY_BAD_CREDENTIALS = 10_000;
/** What is set for one address, where a proxy is one for all. */
const REQUESTS_OF_ONE = 6000;

const RULES: readonly Rule[] = [
  {
    applies: ({ maximumAttempts, maximumSourceAttempts }) => maximumSourceAttempts < maximumAttempts,
    found: ({ maximumAttempts, maximumSourceAttempts }) =>
      `VOUCH_MAXIMUM_SOURCE_ATTEMPTS (${maximumSourceAttempts}) is below VOUCH_MAXIMUM_ATTEMPTS (${maximumAttempts}): who calls from one number is called suspicious by the number first, and the limit of a speaker says nothing.`,
    remedy: 'An origin may be a household or an office: let it have more claims than one speaker.',
  },
  {
    applies: ({ maximumAttempts, maximumSourceAttempts }) =>
      Math.max(maximumAttempts, maximumSourceAttempts) > MANY_ATTEMPTS,
    found: ({ maximumAttempts, maximumSourceAttempts }) =>
      `VOUCH_MAXIMUM_ATTEMPTS is ${maximumAttempts}, VOUCH_MAXIMUM_SOURCE_ATTEMPTS ${maximumSourceAttempts}: so many tries of a day see exact scores and raise no risk.`,
    remedy: `Set them to what customers need, at most ${MANY_ATTEMPTS}: beyond it they can still be accepted.`,
  },
  {
    applies: ({ access }) => access.badCredentialsPerMinute > MANY_BAD_CREDENTIALS,
    found: ({ access }) =>
      `VOUCH_BAD_CREDENTIALS_PER_MINUTE is ${access.badCredentialsPerMinute}: nobody is ever told to wait.`,
    remedy: 'Good credentials pass whatever the limit is: 100 is enough.',
  },
  {
    applies: ({ access, host, http }) =>
      access.proxy === 'loopback' && !(isLoopback(host) && isLoopback(http.host)),
    found: () =>
      'VOUCH_FORWARDED_CERTIFICATES is loopback, and the service listens beyond it: a proxy on another machine is not believed, and any program on this one is.',
    remedy:
      'Listen on the loopback, behind a proxy on this machine; or name the certificate of a proxy elsewhere.',
  },
  {
    applies: ({ access }) => access.tls !== null && access.plaintextBehindProxy,
    found: () => 'VOUCH_PLAINTEXT is behind-proxy, and the service speaks TLS: it has no effect.',
    remedy: 'Set one of VOUCH_PLAINTEXT and VOUCH_TLS_CERT_FILE.',
  },
  {
    applies: ({ access, http }) => isBehindProxy(access) && http.requestsPerMinute <= REQUESTS_OF_ONE,
    found: ({ http }) =>
      `All that a proxy passes on comes from one address, which may ask ${http.requestsPerMinute} times a minute over HTTP (VOUCH_HTTP_REQUESTS_PER_MINUTE).`,
    remedy: 'Raise it to what all clients together may, and let the proxy hold each to its own.',
  },
  {
    applies: ({ access, http }) => http.origins.length > 0 && !authenticates(access),
    found: ({ http }) =>
      `Nobody is authenticated, and pages of ${http.origins.join(', ')} may ask (VOUCH_HTTP_ORIGINS): in a browser of this machine they may do everything.`,
    remedy:
      'Let only a proxy that says who asks reach the service (docs/deploying.md), or say who may call (docs/access.md).',
  },
  {
    applies: ({ http }) => http.origins.some(isInClear),
    found: ({ http }) =>
      `Pages of ${http.origins.filter(isInClear).join(', ')} (VOUCH_HTTP_ORIGINS) come in clear: whoever is on their way can change them and take the tokens of those who use them.`,
    remedy: 'Serve them over https, and name that origin.',
  },
  {
    applies: ({ keyring }) => keyring.from === 'transit' && keyring.token !== '',
    found: () => 'VOUCH_TRANSIT_TOKEN is read once: when it ends, no voiceprint can be opened any more.',
    remedy: 'Let an agent renew a token in a file: VOUCH_TRANSIT_TOKEN_FILE.',
  },
  {
    applies: ({ maximumCalls, maximumCallsPerTenant }) => maximumCallsPerTenant > maximumCalls,
    found: () =>
      'VOUCH_MAXIMUM_CALLS_PER_TENANT is above VOUCH_MAXIMUM_CALLS: one tenant may take all places.',
    remedy: 'Set it below, where there is more than one tenant.',
  },
  {
    applies: ({ resumeWindowMs }) => resumeWindowMs === 0,
    found: () =>
      'VOUCH_RESUME_WINDOW_MS is 0: every break of a stream, and every deployment, ends its calls.',
    remedy: 'Give platforms time to come back, for example 60000.',
  },
  {
    applies: ({ transfers }) => transfers,
    found: () => 'VOUCH_TRANSFERS is on: an officer may seal all speakers for another installation.',
    remedy: 'Turn it off when the move is over.',
  },
  {
    applies: ({ logLevel }) => logLevel === 'silent',
    found: () => 'VOUCH_LOG_LEVEL is silent: when something fails at night, nothing says what.',
    remedy: 'Set it to info: logs name nobody.',
  },
];

/** Options that do not go together, or are dangerous as they are. */
export function checkSettings(config: Config): Finding[] {
  const findings = new Findings('settings');
  for (const { applies, found, remedy } of RULES) if (applies(config)) findings.warn(found(config), remedy);
  if (!authenticates(config.access))
    findings.ok(
      'Nobody is authenticated: who reaches the loopback may do everything, or what a proxy there says of them.',
    );
  return findings.list.length > 0 ? findings.list : findings.ok('The options go together.').list;
}

function isBehindProxy({ proxy, plaintextBehindProxy }: Config['access']): boolean {
  return proxy !== null || plaintextBehindProxy;
}

function isInClear(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'http:' && !isLoopback(hostname);
}
