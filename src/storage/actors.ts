import type { Principal } from '../domain/principal.js';
import type { Transaction } from './transaction.js';

/** Who did something, as rows name it: a pseudonym, and the role it was done in. */
export interface Actor {
  readonly ref: string;
  readonly role: string;
}

/** The pseudonym of a principal within its tenant, made at its first act. */
export async function actorOf(tx: Transaction, principal: Principal): Promise<Actor> {
  const ref = (await findActor(tx, principal.actorId)) ?? (await insertActor(tx, principal.actorId));
  return { ref, role: principal.role };
}

async function findActor(tx: Transaction, actorId: string): Promise<string | undefined> {
  const rows = await tx.query<{ actor_ref: string }>('SELECT actor_ref FROM actors WHERE actor_id = $1', [
    actorId,
  ]);
  return rows[0]?.actor_ref;
}

async function insertActor(tx: Transaction, actorId: string): Promise<string> {
  const rows = await tx.query<{ actor_ref: string }>(
    `INSERT INTO actors (actor_id) VALUES ($1) ON CONFLICT (tenant_id, actor_id) DO NOTHING RETURNING actor_ref`,
    [actorId],
  );
  // Nothing comes back when another transaction was first; its row is there to be read now.
  return rows[0]?.actor_ref ?? ((await findActor(tx, actorId)) as string);
}
