import { VouchError } from '../../errors.js';

/** One thing that was looked at. */
export interface Finding {
  /** What it is about, for example `database`. */
  readonly about: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to do; empty where nothing is. */
  readonly remedy: string;
}

/** Makes findings about one thing. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(private readonly about: string) {}

  ok(found: string): this {
    return this.#add('ok', found, '');
  }

  warn(found: string, remedy: string): this {
    return this.#add('warn', found, remedy);
  }

  fail(found: string, remedy: string): this {
    return this.#add('fail', found, remedy);
  }

  /** @param remedies by reason of the error; `''` for others */
  failed(error: unknown, remedies: Readonly<Record<string, string>>): this {
    const known = error instanceof VouchError ? error : undefined;
    const { reason = 'INTERNAL', metadata = {} } = known ?? {};
    const words = known?.message ?? (error instanceof Error ? error.message : String(error));
    const details = Object.entries(metadata).map(([name, value]) => `${name} ${value}`);
    const found = `${words} (${[reason, ...details].join(', ')})`;
    return this.fail(found, remedies[reason] ?? remedies[''] ?? 'Look at docs/errors.md for the reason.');
  }

  #add(status: Finding['status'], found: string, remedy: string): this {
    this.list.push({ about: this.about, status, found, remedy });
    return this;
  }
}
