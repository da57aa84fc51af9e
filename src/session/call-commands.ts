import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { DataKey, Keyring } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import { REASONS, VouchError, type ErrorReason } from '../errors.js';
import { usableEpoch } from '../keys/index.js';
import {
  answerCommand,
  deleteCommand,
  insertCommand,
  listCommands,
  readAnswer,
  takeCommand,
  type Database,
} from '../storage/index.js';
import type { Calls } from './calls.js';

/** How long the process that serves a call may take over what another one asks of it, ms. */
const ANSWER_WITHIN_MS = 5000;
const ASK_EVERY_MS = 100;

/** Commands that one round begins. */
const MOST_A_ROUND = 100;

/** Does what was asked of another process. The bytes are the messages of the contract. */
export type CarryOut = (principal: Principal, method: string, request: Uint8Array) => Promise<Uint8Array>;

const asked = z.object({
  method: z.string(),
  role: z.custom<Principal['role']>((role) => typeof role === 'string'),
  actorId: z.string(),
  request: z.base64(),
});

const answered = z.union([
  z.object({ response: z.base64() }),
  z.object({
    reason: z.custom<ErrorReason>((reason) => typeof reason === 'string' && reason in REASONS),
    message: z.string(),
    field: z.string().optional(),
    metadata: z.record(z.string(), z.string()),
    retryAfterMs: z.number().optional(),
  }),
]);
type Answer = z.output<typeof answered>;

export interface CallCommandsParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly replicaId: string;
  readonly calls: Calls;
  /** Told of what failed that should not have. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * What only the process that serves a call can do, for whoever was asked to: a row in the database, sealed, with a deadline.
 * The owner finds it in its rounds and does it on the authority of whoever asked; once at most.
 */
export class CallCommands {
  readonly #parts: CallCommandsParts;
  readonly #underWay = new Set<Promise<void>>();
  #carryOut: CarryOut | undefined;

  constructor(parts: CallCommandsParts) {
    this.#parts = parts;
  }

  /** From now on this process does so what others ask of it. */
  serve(carryOut: CarryOut): void {
    this.#carryOut = carryOut;
  }

  /**
   * Has something done by the process that serves a call.
   *
   * @returns null where no other process serves it: then it is for this one to say what comes of it
   * @throws OWNER_UNREACHABLE where that process did not answer (it may do it all the same), DATABASE_UNAVAILABLE, and what
   *   it throws
   */
  async ask(
    principal: Principal,
    callId: string,
    method: string,
    request: Uint8Array,
  ): Promise<Uint8Array | null> {
    const { calls, replicaId } = this.#parts;
    if (calls.find(principal.tenantId, callId)) return null;
    const call = await calls.store.reads.find(principal.tenantId, callId);
    const owner = call?.state === 'LIVE' ? call.ownerReplica : null;
    if (owner === null || owner === replicaId) return null;
    const { role, actorId } = principal;
    const { commandId, key } = await this.#insert(principal.tenantId, callId, owner, {
      method,
      role,
      actorId,
      request: Buffer.from(request).toString('base64'),
    });
    const answer = await this.#answer(principal.tenantId, commandId, key);
    if ('response' in answer) return Buffer.from(answer.response, 'base64');
    const { reason, message, metadata, field, retryAfterMs } = answer;
    throw new VouchError(reason, {
      message,
      metadata,
      ...(field !== undefined && { field }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }

  /** Begins what this process was asked to do, and waits for none of it: it may need the next round. */
  async begin(): Promise<void> {
    const { database, replicaId, calls, onFailure } = this.#parts;
    if (calls.count === 0) return;
    const waiting = await database.system((tx) => listCommands(tx, replicaId, MOST_A_ROUND));
    for (const { tenantId, commandId } of waiting) {
      const task = this.#do(tenantId, commandId)
        .catch(onFailure)
        .finally(() => this.#underWay.delete(task));
      this.#underWay.add(task);
    }
  }

  /** Resolves when all that was begun is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #insert(tenantId: string, callId: string, ownerReplica: string, request: z.input<typeof asked>) {
    const { database, keyring } = this.#parts;
    const commandId = randomUUID();
    return database.tenant(tenantId, async (tx) => {
      const epoch = await usableEpoch(tx, keyring);
      const { key, wrapped } = await keyring.createDataKey(tenantId, commandId, epoch);
      const command = {
        commandId,
        callId,
        ownerReplica,
        keyEpoch: wrapped.epoch,
        wrappedKey: wrapped.ciphertext,
        request: key.seal(Buffer.from(JSON.stringify(request)), REQUEST),
      };
      await insertCommand(tx, command, ANSWER_WITHIN_MS);
      return { commandId, key };
    });
  }

  async #answer(tenantId: string, commandId: string, key: DataKey): Promise<Answer> {
    const { database, onFailure } = this.#parts;
    const deadline = performance.now() + ANSWER_WITHIN_MS;
    try {
      while (performance.now() < deadline) {
        await sleep(ASK_EVERY_MS);
        const sealed = await database.tenant(tenantId, (tx) => readAnswer(tx, commandId));
        if (sealed) return answered.parse(JSON.parse(key.open(sealed, ANSWER).toString()));
      }
      throw new VouchError('OWNER_UNREACHABLE', { retryAfterMs: 1000 });
    } finally {
      await database.tenant(tenantId, (tx) => deleteCommand(tx, commandId)).catch(onFailure);
    }
  }

  async #do(tenantId: string, commandId: string): Promise<void> {
    const { database, keyring } = this.#parts;
    const command = await database.tenant(tenantId, (tx) => takeCommand(tx, commandId));
    if (!command) return;
    const wrapped = { epoch: command.keyEpoch, ciphertext: command.wrappedKey };
    const key = await keyring.openDataKey(tenantId, commandId, wrapped);
    const request = asked.parse(JSON.parse(key.open(command.request, REQUEST).toString()));
    const answer = await this.#result(tenantId, command.callId, request);
    const sealed = key.seal(Buffer.from(JSON.stringify(answer)), ANSWER);
    await database.tenant(tenantId, (tx) => answerCommand(tx, commandId, sealed));
  }

  async #result(tenantId: string, callId: string, request: z.output<typeof asked>): Promise<Answer> {
    const { calls, onFailure } = this.#parts;
    const { method, role, actorId } = request;
    try {
      // It left meanwhile; where to, the next attempt will find.
      if (!this.#carryOut || !calls.find(tenantId, callId))
        throw new VouchError('OWNER_UNREACHABLE', { retryAfterMs: 1000 });
      const bytes = Buffer.from(request.request, 'base64');
      const response = await this.#carryOut({ tenantId, role, actorId }, method, bytes);
      return { response: Buffer.from(response).toString('base64') };
    } catch (error) {
      const known = error instanceof VouchError && error.kind !== 'INTERNAL' ? error : null;
      if (!known) onFailure(error);
      const { reason, message, field, metadata, retryAfterMs } = known ?? new VouchError('INTERNAL');
      return { reason, message, field, metadata, retryAfterMs };
    }
  }
}

const REQUEST = { use: 'call-command-request' };
const ANSWER = { use: 'call-command-answer' };
