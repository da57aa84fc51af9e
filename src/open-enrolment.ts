import type { ConsentGate } from './consent/index.js';
import type { Keyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import {
  Adaptations,
  Approvals,
  Notifications,
  PartialEvidence,
  ReplayFingerprints,
  Speakers,
  TrustPhrases,
  Voiceprints,
} from './enrolment/index.js';
import type { Database } from './storage/index.js';

/** What is done with speakers and their voiceprints, wired in one place. */
export interface Enrolment {
  readonly voiceprints: Voiceprints;
  readonly speakers: Speakers;
  readonly approvals: Approvals;
  readonly notifications: Notifications;
  readonly partial: PartialEvidence;
  readonly fingerprints: ReplayFingerprints;
  readonly adaptations: Adaptations;
  readonly trustPhrases: TrustPhrases;
}

/** Puts it together. */
export function openEnrolment(
  database: Database,
  keyring: Keyring,
  gate: ConsentGate,
  clock: Clock,
): Enrolment {
  return {
    voiceprints: new Voiceprints(database, keyring, gate, clock),
    speakers: new Speakers(database, keyring, clock),
    approvals: new Approvals(database, keyring, clock),
    notifications: new Notifications(database, clock),
    partial: new PartialEvidence(database, keyring, gate, clock),
    fingerprints: new ReplayFingerprints(database, keyring, gate, clock),
    adaptations: new Adaptations(database, keyring, gate, clock),
    trustPhrases: new TrustPhrases(database, keyring, gate, clock),
  };
}
