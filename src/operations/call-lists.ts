import { appendRead } from '../audit/index.js';
import { SPEAKER_ID_HASH } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  findActor,
  findSpeaker,
  listCalls,
  type CallFilter,
  type CallPosition,
  type Database,
  type ListedCallRow,
  type Transaction,
} from '../storage/index.js';

export type ListedCall = ListedCallRow;

/** Which calls; null, and empty lists: does not matter. */
export interface CallListFilter extends Pick<
  CallFilter,
  'liveOnly' | 'decisionKinds' | 'from' | 'to' | 'source'
> {
  /** In which this speaker was claimed. */
  readonly speakerId: string | null;
}

/** A page of calls. */
interface CallPage {
  readonly calls: readonly ListedCall[];
  /** Empty after the last. */
  readonly nextPageToken: string;
}

/** The tenants' calls, to be looked through. */
export class CallLists {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * A page of calls, those that began last first. Platforms are shown the calls that they stream, agents those that name
   * them, or nobody. Where a speaker is asked for, that is recorded; a list as such names nobody and is not.
   *
   * @param pageSize - 1 to 200
   * @param pageToken - from the page before; empty: the first
   * @throws FIELD_INVALID for a token that no page gave
   */
  async list(
    principal: Principal,
    { speakerId, ...filter }: CallListFilter,
    pageSize: number,
    pageToken: string,
  ): Promise<CallPage> {
    const { tenantId, role, actorId } = principal;
    const after = pageToken === '' ? null : positionOf(pageToken);
    const idHash =
      speakerId === null ? null : await this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
    const rows = await this.database.tenant(tenantId, async (tx) => {
      const actorRef = (await findActor(tx, actorId)) ?? null;
      const own = role === 'AGENT' || role === 'TELEPHONY' ? { as: role, actorRef } : null;
      const subject = idHash && { idHash, speakerRef: await this.#asked(tx, speakerId) };
      const found = await listCalls(tx, { ...filter, subject, own }, after, pageSize + 1);
      if (subject) await appendRead(tx, principal, subject.speakerRef, 'CALLS', this.clock.now());
      return found;
    });
    const calls = rows.slice(0, pageSize);
    const last = calls.at(-1);
    return { calls, nextPageToken: rows.length > pageSize && last ? tokenOf(last) : '' };
  }

  /** The pseudonym of the speaker who is asked for; null for one who is not known: their id may have been claimed. */
  async #asked(tx: Transaction, speakerId: string | null): Promise<string | null> {
    return speakerId === null ? null : ((await findSpeaker(tx, speakerId))?.speakerRef ?? null);
  }
}

/** Callers pass tokens back and should see nothing to build on in them. */
function tokenOf({ beganAtMicros, callId }: CallPosition): string {
  return Buffer.from(`${beganAtMicros} ${callId}`).toString('base64url');
}

function positionOf(token: string): CallPosition {
  const text = Buffer.from(token, 'base64url').toString();
  const [, micros = '', callId = ''] = /^(\d{1,16}) (.+)$/.exec(text) ?? [];
  const position = { beganAtMicros: Number(micros), callId };
  if (tokenOf(position) !== token) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return position;
}
