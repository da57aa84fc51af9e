import { SpeakerStates } from './consent/index.js';
import type { Keyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import type { ModelInformation } from './domain/model.js';
import type { EmbeddingSpace } from './domain/speech.js';
import type { Observability } from './open-observability.js';
import { Retention, RetentionTimer } from './retention/index.js';
import { Rights } from './rights/index.js';
import type { Database } from './storage/index.js';
import { RetentionPolicies } from './tenant/index.js';
import { SpeakerExport, SpeakerImport, TransferKeys } from './transfer/index.js';

/** What is done for people whose data is held: at their wish, and when its term is over. */
export interface PeoplesRights {
  readonly speakerStates: SpeakerStates;
  readonly rights: Rights;
  readonly retention: Retention;
  readonly retentionPolicies: RetentionPolicies;
  readonly transferKeys: TransferKeys;
  readonly speakerExport: SpeakerExport;
  readonly speakerImport: SpeakerImport;
}

/** Makes it, with retention due every day from now on, until the stops. */
export function openPeoplesRights(parts: {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly failed: Observability['failed'];
  readonly models: ModelInformation;
  readonly stops: (() => Promise<void>)[];
}): PeoplesRights {
  const { database, keyring, clock, failed, models, stops } = parts;
  const onFailure = failed('retention', 'retention could not be run for a tenant');
  const retentionTimer = new RetentionTimer({ database, keyring, clock, onFailure });
  retentionTimer.start();
  stops.push(() => retentionTimer.stop());
  const transferKeys = new TransferKeys(database, keyring, clock);
  return {
    speakerStates: new SpeakerStates(database, keyring, clock),
    rights: new Rights(database, keyring, clock),
    retention: new Retention({ database, keyring }, clock),
    retentionPolicies: new RetentionPolicies(database, keyring, clock),
    transferKeys,
    speakerExport: new SpeakerExport(database, keyring, clock),
    speakerImport: new SpeakerImport({ database, keyring, clock, transferKeys, models: comparable(models) }),
  };
}

/** Every graph of a space in use: vectors of one space can be compared, whichever of its graphs computed them. */
function comparable({ spaces, graphs }: ModelInformation): EmbeddingSpace[] {
  return graphs.flatMap(({ id: modelId, sha256: modelSha256, space }) => {
    const inUse = spaces.find(({ id }) => id === space);
    return inUse === undefined ? [] : [{ ...inUse, modelId, modelSha256 }];
  });
}
