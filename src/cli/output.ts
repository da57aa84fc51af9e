import { describeFailure, formatFailure } from './failure.js';
import type { CommonOptions } from './command.js';

/** Prints an answer: as it stands in the contract for programs, as a few lines for people. */
export function answer(options: CommonOptions, json: unknown, text: string): void {
  console.log(options.json === true ? JSON.stringify(json) : text);
}

/** The one place that prints errors, on the standard error stream. */
export function complain(error: unknown, options: CommonOptions): void {
  const failure = describeFailure(error);
  console.error(options.json === true ? JSON.stringify({ error: failure }) : formatFailure(failure));
  if (options.debug === true) console.error(error);
}

/** Names and what they stand for, in two columns; what is undefined is left out. */
export function fields(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const told = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(...told.map(([name]) => name.length));
  return told.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** Rows below their headings, columns aligned; those at `right` to the right. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}

/** An id where it is shown: right-to-left text is kept from reordering what stands beside it (UAX #9, FSI and PDI). */
export function isolated(id: string): string {
  return /^[\x20-\x7e]*$/.test(id) ? id : `\u2068${id}\u2069`;
}

/** `12.3 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `DECISION_KIND_ACCEPT` without the name of its type: `ACCEPT`. */
export function word(value: string, prefix: string): string {
  return value.startsWith(`${prefix}_`) ? value.slice(prefix.length + 1) : value;
}
