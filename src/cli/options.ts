import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { UsageError } from './failure.js';

/** `AGENT_SCRIPT` as it is typed: `agent-script`. */
export function kebab(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** An option whose values are those of an enum of the contract, typed in lower case with hyphens. */
export function enumOption(flags: string, description: string, type: Record<string, string>): Option {
  const names = enumNames(type);
  return new Option(flags, `${description} (${names.join(', ')})`).argParser((text) => readEnum(text, type));
}

/** One name of an enum. Throws InvalidArgumentError with those that there are. */
export function readEnum<Value extends string>(text: string, type: Record<string, Value>): Value {
  const name = text.toUpperCase().replaceAll('-', '_');
  const value = enumNames(type).includes(kebab(name)) ? type[name] : undefined;
  if (value === undefined) throw new InvalidArgumentError(`It is one of: ${enumNames(type).join(', ')}.`);
  return value;
}

/** Names of an enum, separated by commas, each once. */
export function readEnumList<Value extends string>(text: string, type: Record<string, Value>): Value[] {
  return [...new Set(text.split(',').map((name) => readEnum(name.trim(), type)))];
}

function enumNames(type: Record<string, string>): string[] {
  return Object.keys(type)
    .filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED')
    .map(kebab);
}

/** A whole number of at least `minimum`. */
export function wholeNumber(minimum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`It is a whole number, at least ${minimum}.`);
    }
    return value;
  };
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}

/** A share of a whole: above 0, below 1. */
export function shareNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('It is a number between 0 and 1.');
  return value;
}

/** A time as ISO 8601 writes it, with its zone. */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/(Z|[+-]\d\d:?\d\d)$/.test(text)) {
    throw new InvalidArgumentError('It is a time like 2026-05-20T09:30:00Z.');
  }
  return time;
}

/** As readTime; the word `now` is one, too. */
export function readTimeOrNow(text: string): Date {
  return text === 'now' ? new Date() : readTime(text);
}

/** SHA-256 in hex, as bytes. */
export function readSha256(text: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidArgumentError('It is SHA-256 in hex, 64 characters.');
  return Buffer.from(text, 'hex');
}

/** `id@version`. */
export function readVersioned(text: string): { id: string; version: number } {
  const match = /^(?<id>.+)@(?<version>\d+)$/.exec(text);
  if (match?.groups?.['id'] === undefined) {
    throw new InvalidArgumentError('It is an id and a version, like voice-notice@1.');
  }
  return { id: match.groups['id'], version: Number(match.groups['version']) };
}

/** Collects an option that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** The hash of a text: given, or computed from its file. */
export async function textHash(file: string | undefined, sha256: Buffer | undefined): Promise<Buffer> {
  if (sha256 !== undefined) return sha256;
  if (file === undefined) throw new UsageError('--text-file or --text-sha256 must say which text was given.');
  return createHash('sha256')
    .update(await readFile(file))
    .digest();
}
