import { DeniedAccess } from './audit/index.js';
import { authenticates } from './config-access.js';
import type { Config } from './config.js';
import type { Clock } from './domain/clock.js';
import { loggedFailure } from './observability/index.js';
import type { Access } from './open-access.js';
import type { Observability } from './open-observability.js';
import type { Calls } from './session/index.js';
import type { Database } from './storage/index.js';
import { BadCredentials, type Chain } from './transport/index.js';

export interface ChainParts {
  readonly access: Access;
  readonly calls: Calls;
  readonly database: Database;
  readonly clock: Clock;
  readonly observability: Observability;
  readonly stops: (() => Promise<void>)[];
}

/** What every request passes, over gRPC as over HTTP. */
export function openChain(config: Config, parts: ChainParts): Chain {
  const { access, calls, database, clock, observability, stops } = parts;
  const { log, failed } = observability;
  const denied = new DeniedAccess({
    database,
    clock,
    onFailure: failed('denials', 'refused requests could not be recorded'),
  });
  denied.start();
  stops.push(() => denied.stop());
  const { badCredentialsPerMinute: perMinute } = config.access;
  const bad = new BadCredentials({ perMinute, told: observability.onUnknown });
  return {
    // While nobody is authenticated, there is nothing to guess.
    ...(authenticates(config.access) && { unknown: bad.answer }),
    authenticate: access.authenticate,
    recheckMs: config.access.recheckMs,
    calls,
    report: (errorId, error) => {
      log.error({ errorId, ...loggedFailure(error) }, 'a request failed');
    },
    denied: (principal, rpc, reason) => denied.record(principal, rpc, reason),
    observe: observability.observeRequest,
  };
}
