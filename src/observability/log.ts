import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level: string;
  /** Where the lines go; the standard error stream by default, so that commands may print on the other. */
  readonly destination?: { write(line: string): void };
}

/** What says who somebody is, what they said or what their voice is like, or opens something. */
export const NEVER_LOGGED = [
  'accountId',
  'actorId',
  'agentId',
  'authorization',
  'callId',
  'claims',
  'conversationId',
  'decisionId',
  'idempotencyKey',
  'legId',
  'note',
  'password',
  'principal',
  'resumeToken',
  'sourceId',
  'speakerId',
  'speakerRef',
  'tenantId',
  'token',
  'url',
  'vectors',
  'voiceprintId',
];

/**
 * The log: JSON lines without audio, embeddings, scores or ids of people. Whoever logs passes facts that hold none; the
 * redaction is the second line of defence.
 */
export function createLog(options: LogOptions): Logger {
  const settings = {
    level: options.level,
    base: null,
    redact: { paths: NEVER_LOGGED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]) },
  };
  return pino(settings, options.destination ?? pino.destination(2));
}
