import {
  abandonCall,
  acknowledgeControl,
  beat,
  leave,
  listControls,
  listOwned,
  purgeCommands,
  staleCalls,
  type AbandonedAfter,
  type Database,
  type OwnedCall,
  type PendingControl,
} from '../storage/index.js';

/** How many abandoned calls are ended in one round. */
const MOST_ABANDONED = 500;

/** This process among those that serve the calls of the database. */
export class Replica {
  #draining = false;

  constructor(
    private readonly database: Database,
    readonly replicaId: string,
    /** Of the software that it runs; empty: not said. */
    private readonly release = '',
  ) {}

  /** Changes of `paused` that calls of this process have to carry out. */
  async controls(): Promise<readonly PendingControl[]> {
    return this.database.system((tx) => listControls(tx, this.replicaId));
  }

  /** The calls that are still this process's. */
  async owned(): Promise<readonly OwnedCall[]> {
    return this.database.system((tx) => listOwned(tx, this.replicaId));
  }

  async acknowledge(control: PendingControl): Promise<void> {
    await this.database.tenant(control.tenantId, (tx) =>
      acknowledgeControl(tx, control.callId, control.epoch, control.controlVersion),
    );
  }

  /** Tells that this process is there. */
  async beat(): Promise<void> {
    const how = { release: this.release, draining: this.#draining };
    await this.database.system((tx) => beat(tx, this.replicaId, how));
  }

  /** Tells, from now on, that this process takes no more calls. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.beat();
  }

  /** Tells that this process stops. */
  async leave(): Promise<void> {
    await this.database.system((tx) => leave(tx, this.replicaId));
  }

  /** Takes back what processes that are gone have asked of others. */
  async purge(): Promise<void> {
    await this.database.system(purgeCommands);
  }

  /** Ends calls that nobody has any more, of whichever process. Returns how many. */
  async endAbandoned(after: AbandonedAfter, now: Date): Promise<number> {
    const stale = await this.database.system((tx) => staleCalls(tx, after, MOST_ABANDONED));
    let ended = 0;
    for (const call of stale) {
      if (await this.database.tenant(call.tenantId, (tx) => abandonCall(tx, call, now))) ended++;
    }
    return ended;
  }
}
