import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { ReplayFingerprints } from '../../src/enrolment/index.js';
import type { SpeechExtractor } from '../../src/embedding/index.js';
import { CalibrationFolders } from '../../src/scoring/index.js';
import { CallCalibrations, openDossiers } from '../../src/session/index.js';
import { CalibrationAssignments, Policies } from '../../src/tenant/index.js';
import { SHIPPED } from './calibration.js';
import { voiceprintGround } from './voiceprints.js';

/** What calls and recordings are made of, on a database of the test's own; Kim is enrolled, by a made-up voiceprint. */
export async function sessionParts(t: ExecutionContext, extractor: SpeechExtractor) {
  const ground = await voiceprintGround(t);
  const { database, keyring, gate, clock } = ground;
  await ground.enrol('kim', { policy: { waitingPeriodMs: 0 } });
  const fingerprints = new ReplayFingerprints(database, keyring, gate, clock);
  const failures: unknown[] = [];
  const folders = await CalibrationFolders.read([SHIPPED]);
  return {
    ...ground,
    extractor,
    calibrations: new CallCalibrations(
      folders.library('telephone-first', extractor.spaces),
      new CalibrationAssignments(database, keyring, clock),
    ),
    policies: new Policies(database, keyring, clock),
    fingerprints,
    openDossier: openDossiers(
      {
        ...ground,
        fingerprints,
        attempts: { suspected: () => Promise.resolve(false) },
        onFailure: (error) => failures.push(error),
      },
      extractor.spaces,
    ),
    failures,
    onFailure: (error: unknown) => failures.push(error),
    replicaId: randomUUID(),
  };
}
