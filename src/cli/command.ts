import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import type { ConnectionOptions } from './connection.js';
import { kebab } from './options.js';
import * as contract from '../gen/vouch/v1/common.js';

/** What every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** What every command takes that asks the service. */
export type ClientOptions = CommonOptions & ConnectionOptions;

/** What every command takes that changes something. */
export type WriteOptions = ClientOptions & { readonly idempotencyKey: string };

/** A command, or a group of them. Its errors are thrown, for the one place that prints them. */
export function newCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ outputError: () => undefined })
    .helpOption('-h, --help', 'tell what this does and which options it takes');
}

/** A command that works on this machine. */
export function localCommand(name: string, description: string): Command {
  return newCommand(name, description)
    .option('--json', 'answer and complain in JSON')
    .option('--debug', 'show where an error came from');
}

/** A command that asks a running service. */
export function clientCommand(name: string, description: string): Command {
  const roles = Object.keys(contract.Role).filter(
    (role) => role !== 'UNSPECIFIED' && role !== 'UNRECOGNIZED',
  );
  return localCommand(name, description)
    .option('--address <host:port>', 'where the service listens', 'localhost:50051')
    .option('--token-file <path>', 'a file with an API key or a token')
    .option('--tls', 'speak TLS; the authorities that the system knows count')
    .option('--ca <path>', 'speak TLS; the authority of the service, PEM')
    .option('--cert <path>', 'the certificate to show, PEM')
    .option('--key <path>', 'its private key, PEM')
    .option('--tenant <id>', "the tenant; without it, the service's development tenant")
    .addOption(new Option('--role <role>', 'the role to act in').choices(roles.map(kebab)))
    .option('--actor <id>', 'who acts');
}

/** A command that asks a running service to change something. */
export function writeCommand(name: string, description: string): Command {
  return clientCommand(name, description).addOption(
    new Option('--idempotency-key <key>', 'the same key again does nothing more').default(
      randomUUID(),
      'a random one',
    ),
  );
}
