import { z } from 'zod';
import { readAddress, readOrigins } from './addresses.js';

/** The options of HTTP. */
export const HTTP_OPTIONS = {
  /** Where HTTP listens, `host:port`; under the same rule. */
  VOUCH_HTTP_ADDRESS: z.string().default('127.0.0.1:8080'),
  /** Origins of other pages that may ask over HTTP, separated by commas, for example `https://desktop.example`. */
  VOUCH_HTTP_ORIGINS: z.string().default(''),
  /** Answers as server-sent events that are open at once, at most. */
  VOUCH_HTTP_MAXIMUM_STREAMS: z.coerce.number().int().min(1).max(100_000).default(1000),
  /** HTTP requests of one address in a minute, at most. */
  VOUCH_HTTP_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(10_000_000).default(6000),
};

type HttpOptions = z.output<z.ZodObject<typeof HTTP_OPTIONS>>;

/** Where and how HTTP is served. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  readonly origins: readonly string[];
  readonly maximumStreams: number;
  readonly requestsPerMinute: number;
}

/** Throws CONFIGURATION_INVALID. */
export function readHttp(options: HttpOptions): HttpConfig {
  return {
    ...readAddress('VOUCH_HTTP_ADDRESS', options.VOUCH_HTTP_ADDRESS),
    origins: readOrigins(options.VOUCH_HTTP_ORIGINS),
    maximumStreams: options.VOUCH_HTTP_MAXIMUM_STREAMS,
    requestsPerMinute: options.VOUCH_HTTP_REQUESTS_PER_MINUTE,
  };
}
