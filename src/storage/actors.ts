import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { Transaction } from './transaction.js';

/** Who did something, as rows name it: a pseudonym, and the role it was done in. */
export interface Actor {
  readonly ref: string;
  readonly role: string;
}

/** The pseudonym of a principal within its tenant, made at its first act. */
export async function actorOf(tx: Transaction, principal: Principal): Promise<Actor> {
  return { ref: await actorRef(tx, principal.actorId), role: principal.role };
}

/** The pseudonym of an acting person or system, made at its first act. */
export async function actorRef(tx: Transaction, actorId: string): Promise<string> {
  const known = await findActor(tx, actorId);
  if (known !== undefined) return known;
  await insertActor(tx, actorId);
  // Read again: another transaction may have been first, and then its row counts.
  const added = await findActor(tx, actorId);
  if (added === undefined) throw new VouchError('INTERNAL');
  return added;
}

/** The pseudonym of somebody who acted before; undefined for anybody else. */
export async function findActor(tx: Transaction, actorId: string): Promise<string | undefined> {
  const rows = await tx.query<{ actor_ref: string }>('SELECT actor_ref FROM actors WHERE actor_id = $1', [
    actorId,
  ]);
  return rows[0]?.actor_ref;
}

async function insertActor(tx: Transaction, actorId: string): Promise<void> {
  await tx.query('INSERT INTO actors (actor_id) VALUES ($1) ON CONFLICT (tenant_id, actor_id) DO NOTHING', [
    actorId,
  ]);
}
