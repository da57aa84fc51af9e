/** What kind of thing an entry of the trail tells of. */
export type EntryKind =
  | 'READ'
  | 'CLAIM'
  | 'CHANGE'
  | 'CONSENT'
  | 'DECISION'
  | 'OVERRIDE'
  | 'POLICY'
  | 'DENIED'
  | 'ADMINISTRATION'
  | 'AUDIT';

/** Every type of entry, with its kind. Stable: never renamed, never reused. docs/audit.md says what each means. */
export const ENTRY_TYPES = {
  // Somebody saw what is held of a person.
  SPEAKER_READ: 'READ',
  SPEAKERS_LISTED: 'READ',
  NOTIFICATIONS_LISTED: 'READ',
  REVIEWS_LISTED: 'READ',
  TRUST_PHRASE_SHOWN: 'READ',
  CALL_READ: 'READ',
  CALL_WATCHED: 'READ',
  // Comparisons of confirmed calls, to fit a calibration to.
  CALIBRATION_ROWS_EXPORTED: 'READ',
  EVIDENCE_READ: 'READ',
  SPEAKER_EXPORTED: 'READ',
  ENROLMENT_JOB_ROWS_LISTED: 'READ',
  // What is held of a person was sealed for another installation.
  SPEAKER_TRANSFERRED: 'READ',
  SPEAKERS_TRANSFERRED: 'READ',

  // Somebody said that a caller is this person: what is held of them was opened for the comparison.
  SPEAKER_CLAIMED: 'CLAIM',

  VOICEPRINT_CREATED: 'CHANGE',
  VOICEPRINT_APPROVED: 'CHANGE',
  VOICEPRINT_REJECTED: 'CHANGE',
  VOICEPRINT_DELETED: 'CHANGE',
  // Of a call that was not enough for a voiceprint, for later ones to add to.
  SPEECH_KEPT: 'CHANGE',
  VOICEPRINT_ADAPTED: 'CHANGE',
  VOICEPRINT_ROLLED_BACK: 'CHANGE',
  SPEAKER_ACCOUNT_SET: 'CHANGE',
  // What is held of a person is sealed under a new key.
  SPEAKER_REENCRYPTED: 'CHANGE',
  TRUST_PHRASE_SET: 'CHANGE',
  OUTCOME_REPORTED: 'CHANGE',
  SPEAKER_STATE_SET: 'CHANGE',
  SPEAKER_STATE_LIFTED: 'CHANGE',
  SPEAKER_ERASED: 'CHANGE',
  VOICEPRINTS_EXPIRED: 'CHANGE',
  // A part of a run, with what it took away.
  RETENTION_REMOVED: 'CHANGE',
  RETENTION_RUN: 'CHANGE',
  // A person came from another installation.
  SPEAKER_IMPORTED: 'CHANGE',
  SPEAKERS_IMPORTED: 'CHANGE',
  ENROLMENT_JOB_CREATED: 'CHANGE',
  ENROLMENT_JOB_CANCELLED: 'CHANGE',

  NOTICE_PUBLISHED: 'CONSENT',
  CONSENT_RECORDED: 'CONSENT',
  CONSENT_WITHDRAWN: 'CONSENT',
  OPTED_OUT: 'CONSENT',

  DECISION_MADE: 'DECISION',
  DECISION_REQUESTED: 'DECISION',
  DECISION_OVERRIDDEN: 'OVERRIDE',

  POLICY_CHANGED: 'POLICY',
  RETENTION_POLICY_CHANGED: 'POLICY',
  CALIBRATION_ASSIGNED: 'POLICY',

  ACCESS_DENIED: 'DENIED',
  ERASURE_REFUSED: 'DENIED',

  TENANT_CREATED: 'ADMINISTRATION',
  // A new epoch key wraps the data keys of new speakers.
  KEYS_ROTATED: 'ADMINISTRATION',
  // The data keys of all speakers are wrapped under it, too.
  KEYS_REWRAPPED: 'ADMINISTRATION',
  // An old epoch key is gone from the keyring.
  KEY_EPOCH_DESTROYED: 'ADMINISTRATION',
  KEY_SETTINGS_CHANGED: 'ADMINISTRATION',
  // Another installation may seal speakers for this one.
  TRANSFER_KEY_CREATED: 'ADMINISTRATION',
  // A program may ask in somebody's name.
  API_KEY_CREATED: 'ADMINISTRATION',
  API_KEY_REVOKED: 'ADMINISTRATION',
  REENCRYPTION_REQUESTED: 'ADMINISTRATION',
  SPEAKERS_REENCRYPTED: 'ADMINISTRATION',

  // Somebody looked at the trail itself.
  AUDIT_READ: 'AUDIT',
  AUDIT_VERIFIED: 'AUDIT',
  AUDIT_ANCHORED: 'AUDIT',
} as const satisfies Readonly<Record<string, EntryKind>>;

export type EntryType = keyof typeof ENTRY_TYPES;

/** The types of the given kinds. */
export function typesOf(kinds: readonly EntryKind[]): EntryType[] {
  return (Object.keys(ENTRY_TYPES) as EntryType[]).filter((type) => kinds.includes(ENTRY_TYPES[type]));
}

/** The kind of a stored type; null for one that this version does not know. */
export function kindOf(type: string): EntryKind | null {
  return type in ENTRY_TYPES ? ENTRY_TYPES[type as EntryType] : null;
}
