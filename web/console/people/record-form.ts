import type { Notice, PurposeValue, RecordConsentRequest } from '../../../src/gen/vouch/v1/consent.js';
import type { Json } from '../../shared/json.js';
import type { Field } from '../shell/field.js';
import type { Values } from '../shell/form.js';
import type { Wording } from './notices.js';
import { isProved, ON_BEHALF, proofFields, proofingOf } from './proof-form.js';
import { PURPOSES } from './words.js';

type Request = Json<RecordConsentRequest>;
type Answer = Json<PurposeValue>;

const NOT_NOW = 'CONSENT_VALUE_NOT_NOW';

const ANSWERS = [
  ['', 'Was not asked'],
  ['CONSENT_VALUE_GRANTED', 'Yes'],
  ['CONSENT_VALUE_REFUSED', 'No'],
  [NOT_NOW, 'Not now'],
] as const;

const SIGNATURES = [
  ['SIGNATURE_METHOD_SPOKEN', 'Said it on a recorded line'],
  ['SIGNATURE_METHOD_KEY_PRESS', 'Pressed a key'],
  ['SIGNATURE_METHOD_CLICK', 'Ticked or clicked, signed in'],
  ['SIGNATURE_METHOD_WET_INK', 'Signed a document by hand'],
  ['SIGNATURE_METHOD_ELECTRONIC', 'Signed a document electronically'],
] as const;

const EVIDENCE = [
  ['recording', 'A recording'],
  ['signed-document', 'A signed document'],
  ['ivr-key-press', 'A key press in a voice menu'],
  ['web-session', 'A session on a page or in an app'],
] as const;

const GROUNDS = [
  ['PROCESSING_GROUND_EXPLICIT_CONSENT', 'Explicit consent'],
  ['PROCESSING_GROUND_STATUTORY', 'A law; never for Verify'],
] as const;

const CAPACITIES = [
  ['CAPACITY_SELF', 'For themselves'],
  ['CAPACITY_ATTORNEY', 'Under a power of attorney'],
  ['CAPACITY_GUARDIAN', 'As a guardian'],
] as const;

/** What is asked of whoever records the answer to this notice. */
export function recordFields({ purposes = [] }: Json<Notice>): Field[] {
  const isNotNow = (values: Readonly<Values>) => purposes.some((purpose) => values[purpose] === NOT_NOW);
  return [
    {
      name: 'speakerId',
      label: 'Speaker id',
      maximumBytes: 256,
      api: 'speaker_id',
      hint: 'As your own systems know the person.',
    },
    ...purposes.map((purpose): Field => ({
      name: purpose,
      label: PURPOSES.find(([value]) => value === purpose)?.[1] ?? purpose,
      kind: 'select',
      options: ANSWERS,
      optional: true,
    })),
    {
      name: 'notBefore',
      label: 'Nobody asks again before',
      kind: 'date',
      when: isNotNow,
      api: 'do_not_ask_before',
    },
    {
      name: 'signature',
      label: 'How they signed',
      kind: 'select',
      options: SIGNATURES,
      initial: SIGNATURES[0][0],
    },
    {
      name: 'capacity',
      label: 'For whom they spoke',
      kind: 'select',
      options: CAPACITIES,
      initial: CAPACITIES[0][0],
    },
    {
      name: 'jurisdiction',
      label: 'Law that applies',
      maximumBytes: 64,
      initial: 'EU',
      hint: 'For example EU, UK, US-IL.',
    },
    {
      name: 'occurredAt',
      label: 'When they said it',
      kind: 'datetime-local',
      optional: true,
      api: 'occurred_at',
      hint: 'Empty: now. What is entered more than five minutes late is marked, and counts from now on.',
    },
    {
      name: 'expiresAt',
      label: 'When the consent ends by itself',
      kind: 'datetime-local',
      optional: true,
      api: 'expires_at',
      hint: 'Empty: no sooner than the notice and your terms say.',
    },
    {
      name: 'ground',
      label: 'What the processing rests on',
      kind: 'select',
      options: GROUNDS,
      initial: GROUNDS[0][0],
      api: 'ground',
    },
    {
      name: 'evidenceType',
      label: 'What the evidence is',
      kind: 'select',
      options: EVIDENCE,
      initial: EVIDENCE[0][0],
    },
    {
      name: 'evidence',
      label: 'Where the evidence is',
      optional: true,
      maximumBytes: 256,
      hint: 'Your reference of the recording or the signed document. It is sealed under the person’s key.',
    },
    ...proofFields(['', 'It was not']),
    ON_BEHALF,
    {
      name: 'lifts',
      label: 'It lifts an earlier opt-out, at the person’s own wish',
      kind: 'check',
      optional: true,
    },
  ];
}

/** What is asked of whoever brings a list: what a row says for itself is not. */
export function listFields(notice: Json<Notice>): Field[] {
  const ofRow = new Set(['speakerId', 'occurredAt', 'expiresAt', 'evidenceType', 'evidence', 'lifts']);
  return [
    {
      name: 'list',
      label: 'List',
      kind: 'file',
      accept: '.csv,text/csv',
      hint: 'CSV with the columns speaker, occurred_at, evidence_type, evidence_reference; where wished also evidence_sha256, expires_at.',
    },
    ...recordFields(notice).filter(({ name }) => !ofRow.has(name)),
  ];
}

/** The purposes that were spoken of. */
export function answersOf({ purposes = [] }: Json<Notice>, values: Readonly<Values>): Answer[] {
  return purposes.flatMap((purpose) => {
    const value = values[purpose] ?? '';
    return value === '' ? [] : [{ purpose, value: value as NonNullable<Answer['value']> }];
  });
}

/** The request that says so; `now` stays the same for its repeats. */
export function requestOf(
  { notice, textSha256 }: Wording,
  values: Readonly<Values>,
  now: Date,
): Request & { speakerId: string } {
  const { noticeId, version, language, controllerEntity } = notice;
  const answers = answersOf(notice, values);
  const said = values['occurredAt'] ? new Date(values['occurredAt']) : now;
  return {
    speakerId: (values['speakerId'] ?? '').trim().normalize('NFC'),
    purposes: answers,
    ground: values['ground'] as Request['ground'],
    controllerEntity,
    jurisdiction: values['jurisdiction'],
    notice: { noticeId, version, language, textSha256 },
    occurredAt: said.toISOString(),
    signatureMethod: values['signature'] as Request['signatureMethod'],
    capacity: values['capacity'] as Request['capacity'],
    onBehalfOf: values['onBehalfOf'],
    liftsOptOut: values['lifts'] === 'yes',
    ...(values['expiresAt'] ? { expiresAt: new Date(values['expiresAt']).toISOString() } : {}),
    ...(values['evidence'] ? { evidence: evidenceOf(values) } : {}),
    ...(answers.some(({ value }) => value === NOT_NOW)
      ? { doNotAskBefore: new Date(values['notBefore'] ?? '').toISOString() }
      : {}),
    ...(isProved(values) ? { proofing: proofingOf(values, said) } : {}),
  };
}

function evidenceOf(values: Readonly<Values>): Request['evidence'] {
  const { evidenceType: type, evidence: reference, evidenceSha256: hex = '' } = values;
  if (hex === '') return { type, reference };
  const bytes = hex.match(/../g)?.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))) ?? [];
  return { type, reference, sha256: btoa(bytes.join('')) };
}
