import type { AuditEntry } from '../../../src/gen/vouch/v1/audit.js';
import type { Json } from '../../shared/json.js';
import { plain } from '../shell/format.js';

/** The kinds of entries, in words. */
export const KINDS: readonly (readonly [string, string])[] = [
  ['AUDIT_KIND_READ', 'Somebody saw what is held of a person'],
  ['AUDIT_KIND_CLAIM', 'A caller was said to be a person'],
  ['AUDIT_KIND_CHANGE', 'What is held of a person changed'],
  ['AUDIT_KIND_CONSENT', 'Consent and notices'],
  ['AUDIT_KIND_DECISION', 'Decisions'],
  ['AUDIT_KIND_OVERRIDE', 'Somebody did otherwise than decided'],
  ['AUDIT_KIND_POLICY', 'Policies and calibrations'],
  ['AUDIT_KIND_DENIED', 'Refused requests'],
  ['AUDIT_KIND_ADMINISTRATION', 'Tenants and keys'],
  ['AUDIT_KIND_AUDIT', 'Looks at this trail'],
];

/** A type of entry as text: `SPEAKER_READ` is `Speaker read`. */
export function typeWords(type: string | undefined): string {
  return plain(type, '');
}

/** What the chain says of an entry besides: names and values, as they are. */
export function detailsOf({ detailsJson = '{}' }: Json<AuditEntry>): [string, string][] {
  try {
    const details = JSON.parse(detailsJson) as Record<string, unknown>;
    return Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
  } catch {
    // What was tampered with is shown all the same.
    return [['details', detailsJson]];
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  AUDIT_PROBLEM_CHANGED: 'The entry is not what was recorded: somebody changed it.',
  AUDIT_PROBLEM_MISSING: 'There is no entry at this position: somebody deleted it.',
  AUDIT_PROBLEM_MOVED: 'The entry belongs elsewhere: somebody moved it.',
  AUDIT_PROBLEM_FORGED: 'The entry was put there past the service.',
  AUDIT_PROBLEM_NOT_ANCHORED:
    'The trail holds together, but it is not the one that the anchor was made of: it was written anew, or its end was cut off.',
};

/** What is wrong with the trail; undefined where nothing is. */
export function problemWords(problem: string | undefined): string | undefined {
  if (problem === undefined || problem === 'AUDIT_PROBLEM_UNSPECIFIED') return undefined;
  return PROBLEMS[problem] ?? plain(problem, 'AUDIT_PROBLEM_');
}

const UNUSUAL: Readonly<Record<string, string>> = {
  UNUSUAL_REASON_OWN_HISTORY: 'far more than on their earlier days',
  UNUSUAL_REASON_COLLEAGUES: 'far more than colleagues on that day',
};

export function unusualWords(reason: string): string {
  return UNUSUAL[reason] ?? plain(reason, 'UNUSUAL_REASON_');
}
