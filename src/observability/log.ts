import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level: string;
  /** Where the lines go; the standard error stream by default, so that commands may print on the other. */
  readonly destination?: { write(line: string): void };
}

/**
 * The log: JSON lines without audio, embeddings, scores or ids of people. Whoever logs passes facts that hold none; the
 * redaction is the second line of defence.
 */
export function createLog(options: LogOptions): Logger {
  const settings = {
    level: options.level,
    base: null,
    redact: {
      paths: ['speakerId', '*.speakerId', 'claims', 'vectors', '*.vectors', 'resumeToken', '*.resumeToken'],
    },
  };
  return pino(settings, options.destination ?? pino.destination(2));
}
