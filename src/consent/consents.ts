import { appendRead } from '../audit/index.js';
import { requestDigest, type JsonValue, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { ConsentState, Notice } from '../domain/people.js';
import type { Principal } from '../domain/principal.js';
import type { HeldState } from '../domain/rights.js';
import { VouchError } from '../errors.js';
import { findSpeaker, once, type Database, type Transaction } from '../storage/index.js';
import { answerOf, type Reference } from './answer.js';
import { ConsentHistory } from './history.js';
import type { OptOutInput, RecordConsentInput, RecordedConsent, WithdrawInput } from './inputs.js';
import { loadConsent, SPEAKER_ID_HASH } from './load.js';
import { publish, type PublishedNotice } from './notices.js';
import { PublishedNotices } from './published-notices.js';
import { optOut, record, withdraw, type Recording } from './record.js';
import { optOutRequest, recordRequest, withdrawRequest } from './requests.js';
import { restricted } from './restriction.js';
import { speakerStates } from './speaker-states.js';

/** What was asked for, and under which key. */
interface Keyed {
  readonly method: string;
  readonly idempotencyKey: string;
  readonly request: JsonValue;
}

/** Where somebody stands: their consent, and what holds for them besides. */
export interface Standing {
  readonly state: ConsentState;
  readonly states: readonly HeldState[];
}

/** Notices, and what people say to them. */
export class Consents {
  /** What people are told. */
  readonly notices: PublishedNotices;
  /** What was recorded, event by event. */
  readonly history: ConsentHistory;

  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {
    this.notices = new PublishedNotices(database);
    this.history = new ConsentHistory(database, keyring, clock);
  }

  /**
   * Publishes a wording of a notice; published ones never change.
   *
   * @throws NOTICE_EXISTS, FIELD_INVALID, IDEMPOTENCY_KEY_REUSED
   */
  async publishNotice(
    principal: Principal,
    notice: Notice,
    idempotencyKey: string,
  ): Promise<PublishedNotice> {
    const keyed = { method: 'PublishNotice', idempotencyKey, request: { ...notice } };
    return this.#once(principal, keyed, async (tx, claim) => {
      const stored = await claim(async () => {
        const { textSha256, publishedAt } = await publish(tx, principal, notice, this.clock.now());
        return { textSha256, publishedAt: publishedAt.toISOString() };
      });
      return { ...stored, publishedAt: new Date(stored.publishedAt) };
    });
  }

  /**
   * Records what a person said to a notice; creates the speaker where it is new. In force from when it is recorded.
   * Refusing VERIFY after it was granted erases the voiceprints, as a withdrawal does.
   *
   * @throws FIELD_REQUIRED, FIELD_INVALID, NOTICE_NOT_FOUND, NOTICE_MISMATCH, SPEAKER_OPTED_OUT for a grant that does not
   *   lift the opt-out, IDEMPOTENCY_KEY_REUSED
   */
  async recordConsent(principal: Principal, input: RecordConsentInput): Promise<RecordedConsent> {
    return this.#record(principal, 'RecordConsent', input, recordRequest(input), record);
  }

  /**
   * Records that a person takes consent back, in force at once. For VERIFY the voiceprints are erased with it.
   *
   * @throws SPEAKER_NOT_FOUND, FIELD_REQUIRED, FIELD_INVALID, IDEMPOTENCY_KEY_REUSED
   */
  async withdraw(principal: Principal, input: WithdrawInput): Promise<RecordedConsent> {
    if (input.purposes.length === 0) throw new VouchError('FIELD_REQUIRED', { field: 'purposes' });
    return this.#record(principal, 'WithdrawConsent', input, withdrawRequest(input), withdraw);
  }

  /**
   * Records a lasting refusal, of someone known or not, in force at once; the voiceprints are erased with it. Of someone
   * who was not known, no id is stored, only its keyed hash.
   *
   * @throws FIELD_INVALID, IDEMPOTENCY_KEY_REUSED
   */
  async optOut(principal: Principal, input: OptOutInput): Promise<RecordedConsent> {
    return this.#record(principal, 'OptOut', input, optOutRequest(input), optOut);
  }

  /**
   * The state of a speaker's consent now, heeding what else holds for them. That it was read is recorded.
   *
   * @throws SPEAKER_NOT_FOUND for someone who is not known, did not opt out and for whom nothing holds
   */
  async state(principal: Principal, speakerId: string): Promise<Standing> {
    const { tenantId } = principal;
    const idHash = await this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
    return this.database.tenant(tenantId, async (tx) => {
      const speakerRef = (await findSpeaker(tx, speakerId))?.speakerRef ?? null;
      const now = this.clock.now();
      const { state, optOut: tombstone } = await loadConsent(tx, { speakerRef, idHash }, now);
      const states = await speakerStates(tx, idHash);
      const subjectRef = speakerRef ?? tombstone?.subjectRef ?? null;
      if (subjectRef === null && states.length === 0) throw new VouchError('SPEAKER_NOT_FOUND');
      await appendRead(tx, principal, subjectRef, 'CONSENT', now);
      return { state: restricted(state, states), states };
    });
  }

  /** Records once for the key, then tells what was recorded: the first time and at every repeat alike. */
  async #record<Input extends { readonly speakerId: string; readonly idempotencyKey: string }>(
    principal: Principal,
    method: string,
    input: Input,
    request: JsonValue,
    work: (recording: Recording, input: Input) => Promise<Reference>,
  ): Promise<RecordedConsent> {
    const { keyring, clock } = this;
    const idHash = await keyring.keyedHash(principal.tenantId, SPEAKER_ID_HASH, input.speakerId);
    const keyed = { method, idempotencyKey: input.idempotencyKey, request };
    return this.#once(principal, keyed, async (tx, claim) => {
      const reference = await claim(() => work({ tx, keyring, clock, principal, idHash }, input));
      return answerOf(tx, reference);
    });
  }

  /** A transaction in which `claim` does its work once for the key, and gives what it returned at every repeat. */
  async #once<Answer>(
    { tenantId }: Principal,
    { method, idempotencyKey: key, request }: Keyed,
    answer: (tx: Transaction, claim: <T>(work: () => Promise<T>) => Promise<T>) => Promise<Answer>,
  ): Promise<Answer> {
    const digest = await requestDigest(this.keyring, tenantId, method, request);
    return this.database.tenant(tenantId, (tx) =>
      answer(tx, (work) => once(tx, { method, key, digest }, work)),
    );
  }
}
