import type { Policy } from '../../../src/gen/vouch/v1/admin.js';
import type { Json } from '../../shared/json.js';
import type { Field } from '../shell/field.js';
import { plain } from '../shell/format.js';
import { choicesOf, POLICY_FIELDS, type PolicyField } from './policy-fields.js';

type JsonPolicy = Json<Policy>;

/** How many of the contract's units one of people's is. */
const UNITS: Readonly<Record<string, number>> = {
  '%': 0.01,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  days: 86_400_000,
};

const SUFFIX: Readonly<Record<string, string>> = {
  '': '',
  '%': ', %',
  s: ', seconds',
  min: ', minutes',
  h: ', hours',
  days: ', days',
};

/** The fields as the form of a policy has them. */
export function formFields(): readonly Field[] {
  return POLICY_FIELDS.map(({ path, label, unit, hint, heading }) => {
    const common = {
      name: path,
      api: `policy.${path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
      ...(hint ? { hint } : {}),
      ...(heading ? { heading } : {}),
    };
    if (unit === 'yes') return { ...common, label, kind: 'check', optional: true };
    const options = choicesOf(unit);
    if (options) return { ...common, label, kind: 'select', options };
    return { ...common, label: `${label}${SUFFIX[unit] ?? ''}`, kind: 'number' };
  });
}

/** A policy as the texts of the form. */
export function toTexts(policy: JsonPolicy): Record<string, string> {
  return Object.fromEntries(
    POLICY_FIELDS.map(({ path, unit }) => {
      const value = valueAt(policy, path);
      if (unit === 'yes') return [path, value === true ? 'yes' : ''];
      if (choicesOf(unit))
        return [path, typeof value === 'string' ? value : unit === 'approval' ? 'APPROVAL_NONE' : ''];
      return [path, String(tidy(Number(value ?? 0) / (UNITS[unit] ?? 1)))];
    }),
  );
}

/** The texts of the form as a policy. */
export function toPolicy(texts: Readonly<Record<string, string>>): JsonPolicy {
  const policy: Record<string, unknown> = { enrolment: {}, nextActions: {} };
  for (const { path, unit } of POLICY_FIELDS) {
    const text = texts[path] ?? '';
    const [first = '', second] = path.split('.');
    const target = second === undefined ? policy : (policy[first] as Record<string, unknown>);
    target[second ?? first] = valueOf(text, unit);
  }
  return policy;
}

function valueOf(text: string, unit: PolicyField['unit']): unknown {
  if (unit === 'yes') return text === 'yes';
  if (choicesOf(unit)) return text;
  const value = tidy(Number(text) * (UNITS[unit] ?? 1));
  // Milliseconds are whole.
  return unit === '' || unit === '%' ? value : Math.round(value);
}

/** A value in words, as a policy is shown. */
export function inWords({ path, unit }: PolicyField, policy: JsonPolicy): string {
  const text = toTexts(policy)[path] ?? '';
  if (unit === 'yes') return text === 'yes' ? 'On' : 'Off';
  const choices = choicesOf(unit);
  if (choices) return choices.find(([each]) => each === text)?.[1] ?? plain(text, 'NEXT_ACTION_');
  return unit === '' ? text : `${text} ${unit}`;
}

/** What differs between two policies, in words. */
export function differences(before: JsonPolicy, after: JsonPolicy) {
  return POLICY_FIELDS.flatMap((field) => {
    const [was, is] = [inWords(field, before), inWords(field, after)];
    return was === is ? [] : [{ label: field.label, was, is }];
  });
}

function valueAt(policy: JsonPolicy, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], policy);
}

/** Without what binary fractions add. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
