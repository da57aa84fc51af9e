import {
  countLive,
  databaseState,
  listReplicas,
  queueState,
  type Database,
  type DatabaseRow,
  type QueueRow,
  type ReplicaRow,
} from '../storage/index.js';

/** Processes that were silent for longer are not told of, ms. */
const TOLD_FOR_MS = 60_000;
/** A beat comes every 2 s: several were missed, ms. */
const SILENT_MS = 10_000;

/** A process, and what it has of a tenant's calls. */
export interface ReplicaState extends ReplicaRow {
  readonly health: 'HEALTHY' | 'DRAINING' | 'SILENT';
  readonly liveCalls: number;
}

/** How the installation is, as a tenant may know it. */
export interface InstallationState {
  readonly release: string;
  readonly replicaId: string;
  /** The oldest first. */
  readonly replicas: readonly ReplicaState[];
  readonly database: DatabaseRow;
  /** Of the tenant alone. */
  readonly jobs: QueueRow;
}

/** The processes of the service, its database and its queue. */
export class Installation {
  constructor(
    private readonly database: Database,
    private readonly here: { readonly replicaId: string; readonly release: string },
  ) {}

  /** How it is as of now, with what belongs to the tenant. Throws DATABASE_UNAVAILABLE. */
  async state(tenantId: string): Promise<InstallationState> {
    const { replicas, database } = await this.database.system(async (tx) => ({
      replicas: await listReplicas(tx, TOLD_FOR_MS),
      database: await databaseState(tx),
    }));
    const { live, jobs } = await this.database.tenant(tenantId, async (tx) => ({
      live: await countLive(tx),
      jobs: await queueState(tx),
    }));
    return {
      ...this.here,
      database,
      jobs,
      replicas: replicas.map((replica) => ({
        ...replica,
        health: healthOf(replica),
        liveCalls: live.find(({ replicaId }) => replicaId === replica.replicaId)?.calls ?? 0,
      })),
    };
  }
}

function healthOf({ silentMs, draining }: ReplicaRow): ReplicaState['health'] {
  if (silentMs > SILENT_MS) return 'SILENT';
  return draining ? 'DRAINING' : 'HEALTHY';
}
