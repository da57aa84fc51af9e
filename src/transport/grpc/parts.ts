import type { Consents } from '../../consent/index.js';
import type { Principal } from '../../domain/principal.js';
import type { Voiceprints } from '../../enrolment/index.js';
import type { Calls, Recordings } from '../../session/index.js';

/** What the RPCs are made of; passed in, never global. */
export interface TransportParts {
  readonly calls: Calls;
  readonly recordings: Recordings;
  readonly consents: Consents;
  readonly voiceprints: Voiceprints;
  /** A stream must start within this time, ms. */
  readonly startTimeoutMs: number;
  /** A stream that is not paused must send something this often, ms. */
  readonly stallTimeoutMs: number;
  /** Size of a recording at most, bytes. */
  readonly recordingBytes: number;
}

/** What the authentication middleware adds to every request. */
export interface WithPrincipal {
  readonly principal: Principal;
}
