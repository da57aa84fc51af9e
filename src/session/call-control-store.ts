import { requestDigest, type Keyring } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  actorOf,
  getCall,
  once,
  pauseCall,
  resumeCall,
  type ControlledCall,
  type Database,
  type StoredCall,
  type Transaction,
} from '../storage/index.js';

/** A call after a pause or resumption was stored, or was stored before. */
export interface KeptControl extends ControlledCall {
  readonly paused: boolean;
}

/** Pauses and resumptions of the database, each once for its key. */
export class CallControlStore {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  /** Pauses a call, live, known or not. `key` empty: in the stream itself, where order makes it unambiguous. */
  async pause(principal: Principal, callId: string, reason: string, key: string): Promise<KeptControl> {
    return this.#control(principal, 'PauseCall', callId, key, async (tx) =>
      pauseCall(tx, callId, reason, await actorOf(tx, principal)),
    );
  }

  /** Ends a pause; `asOfVersion`: only if nothing else was said of it since. */
  async resume(
    principal: Principal,
    callId: string,
    key: string,
    asOfVersion: number | null = null,
  ): Promise<KeptControl> {
    return this.#control(principal, 'ResumeCall', callId, key, (tx) => resumeCall(tx, callId, asOfVersion));
  }

  /** A repeat of a request changes nothing, and answers with where the call stands now. */
  async #control(
    principal: Principal,
    method: 'PauseCall' | 'ResumeCall',
    callId: string,
    key: string,
    change: (tx: Transaction) => Promise<ControlledCall>,
  ): Promise<KeptControl> {
    const paused = method === 'PauseCall';
    if (key === '') return { ...(await this.database.tenant(principal.tenantId, change)), paused };
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { callId });
    return this.database.tenant(principal.tenantId, async (tx) => {
      let changed: ControlledCall | undefined;
      await once(tx, { method, key, digest }, async () => {
        changed = await change(tx);
        return { controlVersion: changed.controlVersion };
      });
      return changed ? { ...changed, paused } : standing(await getCall(tx, callId));
    });
  }
}

function standing(call: StoredCall | null): KeptControl {
  if (!call) throw new VouchError('CALL_NOT_FOUND');
  return { ...call, changedAt: call.pausedChangedAt ?? call.startedAt ?? new Date(0) };
}
