import type { IdentityProofing } from '../../../src/gen/vouch/v1/common.js';
import type { Json } from '../../shared/json.js';
import type { Field } from '../shell/field.js';
import type { Values } from '../shell/form.js';
import { PROOFS, STRENGTHS } from './words.js';

/** How it was established who the person is; where that may be missing, `other` says so. */
export function proofFields(other?: readonly [string, string]): Field[] {
  const more: Pick<Field, 'when'> = other ? { when: isProved } : {};
  return [
    {
      name: 'proof',
      label: 'How their identity was proved',
      kind: 'select',
      options: other ? [other, ...PROOFS] : PROOFS,
      initial: other ? other[0] : 'one-time-code',
      optional: other !== undefined,
    },
    {
      name: 'strength',
      label: 'How strong that is',
      kind: 'select',
      options: STRENGTHS,
      initial: 'PROOFING_STRENGTH_MEDIUM',
      ...more,
    },
    {
      name: 'provedAt',
      label: 'When it was proved',
      kind: 'datetime-local',
      optional: true,
      hint: 'Empty: when they spoke.',
      ...more,
    },
    {
      name: 'proofReference',
      label: 'Reference of that proof',
      optional: true,
      maximumBytes: 256,
      hint: 'For example a ticket.',
      ...more,
    },
  ];
}

export function isProved(values: Readonly<Values>): boolean {
  return (values['proof'] ?? '') !== '';
}

/** @param spokeAt counts where nothing is said of the time */
export function proofingOf(values: Readonly<Values>, spokeAt: Date): Json<IdentityProofing> {
  return {
    method: values['proof'],
    strength: values['strength'] as Json<IdentityProofing>['strength'],
    reference: values['proofReference'],
    provedAt: (values['provedAt'] ? new Date(values['provedAt']) : spokeAt).toISOString(),
  };
}

/** In whose name it is recorded beside the caller's own. */
export const ON_BEHALF: Field = {
  name: 'onBehalfOf',
  label: 'On whose behalf',
  optional: true,
  maximumBytes: 256,
  hint: 'Never the person’s own id.',
};
