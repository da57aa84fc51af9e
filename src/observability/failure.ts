import { VouchError } from '../errors.js';

/** What the log says of a failure. */
export interface LoggedFailure {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Our own sentence; those of unknown errors may hold anything. */
  readonly message: string | undefined;
  /** Where it happened, and where what caused it did, outermost first. */
  readonly stacks: readonly string[];
}

/** How deep causes are followed. */
const MOST_CAUSES = 5;

/** A failure in a form that may be logged: stack frames and our own words, never messages of unknown errors. */
export function loggedFailure(error: unknown): LoggedFailure {
  const known = error instanceof VouchError ? error : undefined;
  const stacks: string[] = [];
  for (let each = error; each instanceof Error && stacks.length < MOST_CAUSES; each = each.cause) {
    stacks.push(framesOf(each));
  }
  return {
    reason: known?.reason ?? 'INTERNAL',
    metadata: withoutTenant(known?.metadata ?? {}),
    message: known?.message,
    stacks,
  };
}

/** Which tenant it was is for `vouch doctor` and `vouch keys status` to say. */
function withoutTenant(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'tenant'));
}

function framesOf(error: Error): string {
  const lines = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  const code = (error as { code?: unknown }).code;
  const name = typeof code === 'string' ? `${error.name} ${code}` : error.name;
  return [name, ...lines].join('\n');
}
