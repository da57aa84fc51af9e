import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

/** What a process of the bench can be asked, by name. Arguments and answers are plain data. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

type Argument<H extends Handlers, Name extends keyof H> = Parameters<H[Name]>[0];

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

/** Answers what the parent process asks, until it lets go; then calls `stop`. */
export function answerParent(handlers: Handlers, stop: () => Promise<void> = () => Promise.resolve()): void {
  process.on('message', ({ id, name, argument }: Question) => {
    void (async () => {
      try {
        const value = await handlers[name]?.(argument as never);
        process.send?.({ id, value });
      } catch (error) {
        process.send?.({
          id,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    })();
  });
  process.on('disconnect', () => {
    void stop().then(() => process.exit());
  });
  process.send?.({ id: -1, value: null });
}

export interface ProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Flags of node. */
  readonly flags?: readonly string[];
  /** The core that it stays on; where there are no more than two, none has one to itself. */
  readonly core?: number;
}

/** A process of the bench that answers questions. */
export class AskedProcess<H extends Handlers> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 0;
  /** From the start of the process until it could be asked, ms. */
  readyAfterMs = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    child.on('exit', (code) => {
      for (const [id, settle] of this.#waiting)
        settle({ id, error: `The process ended (${code ?? 'killed'}).` });
    });
  }

  /** Starts a compiled module of this folder. Rejects when it ends before it can be asked. */
  static async start<H extends Handlers>(
    module: string,
    options: ProcessOptions = {},
  ): Promise<AskedProcess<H>> {
    const startedMs = performance.now();
    const { environment = {}, flags = [], core } = options;
    const pinned = core !== undefined && availableParallelism() > 2;
    const command = pinned
      ? { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath, ...flags] }
      : { execArgv: [...flags] };
    const child = fork(new URL(module, import.meta.url), [], {
      ...command,
      env: { ...inheritedEnvironment(), ...environment },
      serialization: 'advanced',
    });
    const asked = new AskedProcess<H>(child);
    await asked.#answer(-1);
    asked.readyAfterMs = performance.now() - startedMs;
    return asked;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Asks and waits for the answer. */
  async ask<Name extends keyof H & string>(
    name: Name,
    ...[argument]: Argument<H, Name> extends undefined ? [] : [Argument<H, Name>]
  ): Promise<Awaited<ReturnType<H[Name]>>> {
    const id = this.#nextId++;
    const answer = this.#answer(id);
    this.#child.send({ id, name, argument });
    return (await answer) as Awaited<ReturnType<H[Name]>>;
  }

  /** Lets the process end; resolves when it has. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }

  async #answer(id: number): Promise<unknown> {
    const answer = await new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    if ('error' in answer) throw new Error(answer.error);
    return answer.value;
  }
}

/** Without the options of a service that somebody set for themselves. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env);
  return Object.fromEntries(
    inherited.filter(([name]) => !name.startsWith('VOUCH_') && name !== 'DATABASE_URL'),
  );
}
