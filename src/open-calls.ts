import { randomUUID } from 'node:crypto';
import type { Config } from './config.js';
import {
  CallCommands,
  CallControl,
  CallRequests,
  Calls,
  CallStore,
  ControlPoller,
  Janitor,
  Overrides,
  Replica,
  type CallsParts,
} from './session/index.js';
import type { ConsentGate } from './consent/index.js';
import type { PartialEvidence, ReplayFingerprints } from './enrolment/index.js';
import type { Keyring } from './crypto/index.js';
import { release } from './package-root.js';
import type { Database } from './storage/index.js';
import type { Observability } from './open-observability.js';

/** Pauses and changes of consent reach running calls of other processes within about this time, ms. */
const POLL_EVERY_MS = 500;

/** A call whose opening takes the database longer than this is refused, ms; later where it may even take longer to begin. */
const OPEN_WITHIN_MS = 4000;

/** What calls are made of, besides what is made here. */
export interface OpenCallsParts extends Pick<
  CallsParts,
  'policies' | 'extractor' | 'calibrations' | 'openDossier' | 'clock'
> {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly gate: ConsentGate;
  /** Speech that waits for more, past its limit deleted. */
  readonly partial: PartialEvidence;
  readonly fingerprints: ReplayFingerprints;
  readonly observability: Pick<Observability, 'failed' | 'observeCalls'>;
}

/** The calls of this process, and those who look after them. */
export interface OpenedCalls {
  readonly replicaId: string;
  readonly calls: Calls;
  readonly commands: CallCommands;
  readonly control: CallControl;
  readonly overrides: Overrides;
  readonly poller: ControlPoller;
  readonly janitor: Janitor;
}

/** Makes the calls of this process, not started yet; stopped by the stops. */
export function openCalls(
  config: Config,
  parts: OpenCallsParts,
  stops: (() => Promise<void>)[],
): OpenedCalls {
  const { database, keyring, gate, partial, fingerprints, observability, ...made } = parts;
  const { failed, observeCalls } = observability;
  const { clock, openDossier } = made;
  const replicaId = randomUUID();
  const calls = new Calls({
    ...made,
    fingerprints,
    store: new CallStore(database, keyring, replicaId, clock),
    requests: new CallRequests(database, keyring),
    maximumCalls: config.maximumCalls,
    maximumCallsPerTenant: config.maximumCallsPerTenant,
    overloadLagMs: config.overloadLagMs,
    openWithinMs: Math.max(OPEN_WITHIN_MS, 2 * config.databaseWaitMs),
    consentLeaseMs: config.consentLeaseMs,
    resumeWindowMs: config.resumeWindowMs,
    onFailure: failed('calls', 'what a call left could not be stored'),
    observer: observeCalls,
  });
  const commands = new CallCommands({
    database,
    keyring,
    replicaId,
    calls,
    onFailure: failed('commands', 'what another process asked for could not be done'),
  });
  stops.push(() => commands.settled());
  const overrides = new Overrides(database, keyring, clock);
  const replica = new Replica(database, replicaId, release());
  const poller = new ControlPoller({
    calls,
    commands,
    overrides,
    replica,
    gate,
    openDossier,
    clock,
    everyMs: POLL_EVERY_MS,
    onFailure: failed('control', 'changes of consent and pauses could not be read'),
  });
  stops.push(() => poller.stop());
  const { resumeWindowMs } = config;
  const onFailure = failed('calls', 'abandoned calls could not be ended');
  const purge = async (): Promise<void> => {
    await partial.purge();
    await fingerprints.purge();
  };
  const janitor = new Janitor({ replica, clock, purge, resumeWindowMs, onFailure });
  stops.push(() => janitor.stop());
  return { replicaId, calls, commands, control: new CallControl(calls, poller), overrides, poller, janitor };
}
