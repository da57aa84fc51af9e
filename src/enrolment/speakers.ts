import { appendEntry, appendRead } from '../audit/index.js';
import { SPEAKER_ID_HASH } from '../consent/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { Speaker, SpeakerPage } from '../domain/speaker.js';
import { VouchError } from '../errors.js';
import {
  findOptOuts,
  findSpeaker,
  listSpeakers,
  listVoiceprints,
  lockSpeaker,
  once,
  setSpeakerAccount,
  setSpeakerVersion,
  shareAccount,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { settle } from './status.js';

/** What is known of the tenants' speakers, without biometrics. */
export class Speakers {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** One speaker. That they were looked at is recorded. Throws SPEAKER_NOT_FOUND. */
  async get(principal: Principal, speakerId: string): Promise<Speaker> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const row = await findSpeaker(tx, speakerId);
      if (row === null) throw new VouchError('SPEAKER_NOT_FOUND');
      const now = this.clock.now();
      const statuses = [...settle(await listVoiceprints(tx, row.speakerRef), now).values()];
      const [optedOut = false] = await this.#optedOut(tx, [speakerId]);
      await appendRead(tx, principal, row.speakerRef, 'SPEAKER', now);
      return {
        speakerId,
        createdAt: row.createdAt,
        activeVoiceprints: statuses.filter((status) => status === 'ACTIVE').length,
        pendingVoiceprints: statuses.filter((status) => status === 'PENDING').length,
        optedOut,
      };
    });
  }

  /**
   * A page of speakers in the order of their ids' bytes. That they were listed is recorded, for all of the page at once.
   *
   * @param pageSize - 1 to 1000
   * @param pageToken - from the page before; empty: the first
   * @throws FIELD_INVALID for a token that no page gave
   */
  async list(principal: Principal, pageSize: number, pageToken: string): Promise<SpeakerPage> {
    const after = decodeToken(pageToken);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const now = this.clock.now();
      const rows = await listSpeakers(tx, { after, limit: pageSize + 1, now });
      const page = rows.slice(0, pageSize);
      const optedOut = await this.#optedOut(
        tx,
        page.map((row) => row.speakerId),
      );
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'SPEAKERS_LISTED',
        subjectRef: null,
        recordedAt: now,
        body: { count: page.length },
      });
      return {
        speakers: page.map((row, index) => ({
          speakerId: row.speakerId,
          createdAt: row.createdAt,
          activeVoiceprints: row.active,
          pendingVoiceprints: row.pending,
          optedOut: optedOut[index] ?? false,
        })),
        nextPageToken: rows.length > pageSize ? encodeToken(page.at(-1)?.speakerId ?? '') : '',
      };
    });
  }

  /**
   * Says which account a speaker belongs to; kept as a keyed hash only.
   *
   * @param accountId - empty: none
   * @throws SPEAKER_NOT_FOUND, IDEMPOTENCY_KEY_REUSED
   */
  async setAccount(principal: Principal, speakerId: string, accountId: string, key: string): Promise<void> {
    const { tenantId } = principal;
    const method = 'SetSpeakerAccount';
    const digest = await requestDigest(this.keyring, tenantId, method, { speakerId, accountId });
    const hash = accountId === '' ? null : await this.keyring.keyedHash(tenantId, 'account-id', accountId);
    await this.database.tenant(tenantId, (tx) =>
      once(tx, { method, key, digest }, async () => {
        const speaker = await lockSpeaker(tx, speakerId);
        if (speaker === null) throw new VouchError('SPEAKER_NOT_FOUND');
        await setSpeakerAccount(tx, speaker.speakerRef, hash);
        const { position } = await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'SPEAKER_ACCOUNT_SET',
          subjectRef: speaker.speakerRef,
          recordedAt: this.clock.now(),
          body: { account: hash !== null },
        });
        // Running calls learn of it.
        await setSpeakerVersion(tx, speaker.speakerRef, position);
        return null;
      }),
    );
  }

  /** Whether two speakers belong to one account; nobody does where no account was set. */
  async ofOneAccount(tenantId: string, speakerId: string, otherId: string): Promise<boolean> {
    return this.database.tenant(tenantId, (tx) => shareAccount(tx, speakerId, otherId));
  }

  async #optedOut(tx: Transaction, speakerIds: readonly string[]): Promise<boolean[]> {
    const hashes = await Promise.all(
      speakerIds.map((id) => this.keyring.keyedHash(tx.tenantId, SPEAKER_ID_HASH, id)),
    );
    const found = new Set((await findOptOuts(tx, hashes)).map((row) => row.idHash.toString('hex')));
    return hashes.map((hash) => found.has(hash.toString('hex')));
  }
}

/** Callers pass tokens back and should see nothing to build on in them. */
function encodeToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function decodeToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString();
  if (encodeToken(after) !== token) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return after;
}
