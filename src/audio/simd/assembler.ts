/*
 * As much of WebAssembly as the loops of this folder need: they do the same to four or two values at a time, which JavaScript
 * cannot say, and in single precision, which it only says by rounding after each operation. Numbers of instructions are those of
 * the specification (https://webassembly.github.io/spec/core/binary/instructions.html), with its extension for vectors.
 */

import { VouchError } from '../../errors.js';

/** Bytes of instructions: of an expression, which leaves a value, or of a statement, which leaves none. */
export type Code = readonly number[];

// TypeScript knows these names from the browser's library only.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const TYPES = { i32: 0x7f, v128: 0x7b } as const;
const PAGE_BYTES = 65_536;

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

function vector(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)];
}

type Binary = (a: Code, b: Code) => Code;

function binary(instruction: Code): Binary {
  return (a, b) => [...a, ...b, ...instruction];
}

/** From `address + offset`, which need not be aligned. */
function loading(instruction: Code): (address: Code, offset?: number) => Code {
  return (address, offset = 0) => [...address, ...instruction, 0, ...unsigned(offset)];
}

/** One value in all lanes. */
function constant(values: Float32Array | Float64Array): Code {
  return [...vector(0x0c), ...new Uint8Array(values.buffer)];
}

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: binary([0x6a]),
  load: loading([0x28]),
};

export const v128 = {
  load: loading(vector(0x00)),
  store: (address: Code, offset: number, value: Code): Code => [
    ...address,
    ...value,
    ...vector(0x0b),
    0,
    ...unsigned(offset),
  ],
};

export const f32x4 = {
  constant: (value: number): Code => constant(new Float32Array(4).fill(value)),
  /** One number from memory in all lanes. */
  loadSplat: loading(vector(0x09)),
  /** One number from memory in the first lane, zeros in the others. */
  loadFirst: loading(vector(0x5c)),
  /** `value` with one number from memory in one of its lanes. */
  loadLane: (address: Code, offset: number, value: Code, lane: number): Code => [
    ...address,
    ...value,
    ...vector(0x56),
    0,
    ...unsigned(offset),
    lane,
  ],
  add: binary(vector(0xe4)),
  sub: binary(vector(0xe5)),
  mul: binary(vector(0xe6)),
  div: binary(vector(0xe7)),
};

export const f64x2 = {
  constant: (value: number): Code => constant(new Float64Array(2).fill(value)),
  loadSplat: loading(vector(0x0a)),
  add: binary(vector(0xf0)),
  mul: binary(vector(0xf2)),
  /** Both in single precision, their numbers in turn: a0, b0, a1, b1. */
  interleaveSingle: (a: Code, b: Code): Code => [
    ...[...a, ...vector(0x5e)],
    ...[...b, ...vector(0x5e)],
    ...[...vector(0x0d), ...[0, 16, 4, 20].flatMap((at) => [at, at + 1, at + 2, at + 3])],
  ],
};

export class Local {
  readonly get: Code;

  constructor(private readonly index: number) {
    this.get = [0x20, ...unsigned(index)];
  }

  set(value: Code): Code {
    return [...value, 0x21, ...unsigned(this.index)];
  }
}

/** A function without a result: its parameters are integers. */
export class FunctionCode {
  readonly parameters: readonly Local[];
  readonly #locals: number[] = [];
  #body: Code = [];

  constructor(readonly parameterCount: number) {
    this.parameters = Array.from({ length: parameterCount }, (_, index) => new Local(index));
  }

  i32(): Local {
    return this.#local(TYPES.i32);
  }

  v128(): Local {
    return this.#local(TYPES.v128);
  }

  /** A vector that is computed once and used several times: its statement, and its name. */
  keep(statements: Code[], value: Code): Code {
    const local = this.v128();
    statements.push(local.set(value));
    return local.get;
  }

  add(...statements: readonly Code[]): void {
    this.#body = [...this.#body, ...statements.flat()];
  }

  /** With its length before it. */
  get bytes(): Code {
    const locals = this.#locals.flatMap((type) => [1, type]);
    return sized([...unsigned(this.#locals.length), ...locals, ...this.#body, 0x0b]);
  }

  #local(type: number): Local {
    this.#locals.push(type);
    return new Local(this.parameterCount + this.#locals.length - 1);
  }
}

/** Does it with `counter`, and again with `counter + step`, for as long as that is less than `end`: once at least. */
export function repeat(counter: Local, step: number, end: Code, body: readonly Code[]): Code {
  const next = counter.set(i32.add(counter.get, i32.constant(step)));
  return [0x03, 0x40, ...body.flat(), ...next, ...counter.get, ...end, 0x49, 0x0d, 0, 0x0b];
}

/** Zeros. */
export function clear(address: number, bytes: number): Code {
  return [...i32.constant(address), ...i32.constant(0), ...i32.constant(bytes), 0xfc, 0x0b, 0];
}

function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

function section(id: number, entries: readonly Code[]): Code {
  return [id, ...sized([...unsigned(entries.length), ...entries.flat()])];
}

function named(name: string, kind: number, index: number): Code {
  return [...sized([...Buffer.from(name)]), kind, ...unsigned(index)];
}

/**
 * A module of one function, ready to run, and its memory of at least so many bytes, all zero, which never grows.
 * @throws VouchError WEBASSEMBLY_MISSING where there is none, none with vectors, or no address space for it.
 */
export function instantiate(
  code: FunctionCode,
  memoryBytes: number,
): { readonly run: (...parameters: number[]) => void; readonly memory: ArrayBuffer } {
  const { parameterCount } = code;
  const pages = unsigned(Math.ceil(memoryBytes / PAGE_BYTES));
  const type = [0x60, parameterCount, ...Array<number>(parameterCount).fill(TYPES.i32), 0];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [type]),
    ...section(3, [[0]]),
    ...section(5, [[1, ...pages, ...pages]]), // as much as it may ever have
    ...section(7, [named('run', 0, 0), named('memory', 2, 0)]),
    ...section(10, [code.bytes]),
  ];
  const { exports } = newInstance(Uint8Array.from(bytes));
  const { run, memory } = exports as { run: (...of: number[]) => void; memory: { buffer: ArrayBuffer } };
  return { run, memory: memory.buffer };
}

function newInstance(bytes: Uint8Array): { readonly exports: unknown } {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes));
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : '.';
    throw new VouchError('WEBASSEMBLY_MISSING', {
      message: `WebAssembly with vectors cannot be had here${why}`,
      cause,
    });
  }
}
