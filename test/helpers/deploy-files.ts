import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from './binary.js';

/** A file of deploy/, as text. */
export function deployText(path: string): string {
  return readFileSync(join(ROOT, 'deploy', path), 'utf8');
}

/** A YAML file of deploy/, anchors and merges resolved. */
export function deployYaml(path: string): unknown {
  return parse(deployText(path), { merge: true, strict: true });
}

/** What is found on a way through parsed YAML; undefined where there is nothing. */
export function at(value: unknown, ...way: readonly (string | number)[]): unknown {
  return way.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);
}

/** A list on a way through parsed YAML. */
export function listAt(value: unknown, ...way: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...way);
  if (!Array.isArray(found)) throw new Error(`No list at ${way.join('.')}.`);
  return found as unknown[];
}
