/**
 * The kinds of failure, in the sense of the gRPC guide (https://grpc.io/docs/guides/status-codes/), so that the border
 * needs one table and nothing else needs to know of gRPC.
 */
export type ErrorKind =
  | 'INVALID_ARGUMENT'
  | 'FAILED_PRECONDITION'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'ABORTED'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'UNIMPLEMENTED'
  | 'INTERNAL';

/**
 * Every reason that the service gives, with its kind and what it means in words. Stable: a reason is never renamed and
 * never reused. docs/errors.md lists them for callers; a test holds the two against each other.
 */
export const REASONS = {
  // What was sent.
  FIELD_REQUIRED: ['INVALID_ARGUMENT', 'A required field is missing.'],
  FIELD_INVALID: ['INVALID_ARGUMENT', 'A field has a value outside its documented range.'],
  ID_INVALID: [
    'INVALID_ARGUMENT',
    'An id is empty, longer than 256 bytes of UTF-8, not NFC, or holds control characters.',
  ],
  IDEMPOTENCY_KEY_REUSED: ['ALREADY_EXISTS', 'The idempotency key was used before with another request.'],
  MESSAGE_MALFORMED: ['INVALID_ARGUMENT', 'The message could not be read.'],

  MESSAGE_TOO_LARGE: ['INVALID_ARGUMENT', 'A message is larger than its limit.'],
  CONTENT_TYPE_UNKNOWN: ['INVALID_ARGUMENT', 'The body is of another type than this RPC takes.'],

  // Streams.
  START_EXPECTED: ['FAILED_PRECONDITION', 'The first message of a stream must be its start.'],
  START_REPEATED: ['FAILED_PRECONDITION', 'The stream was already started.'],
  START_TIMEOUT: ['DEADLINE_EXCEEDED', 'The stream did not start in time.'],
  STREAM_STALLED: ['DEADLINE_EXCEEDED', 'The stream sent nothing for too long.'],
  STREAM_NOT_READ: ['RESOURCE_EXHAUSTED', 'The client does not read its events.'],
  CALL_ALREADY_LIVE: ['ALREADY_EXISTS', 'The call is live on another stream; its resume token is needed.'],
  CALL_ENDED: ['FAILED_PRECONDITION', 'The call has ended.'],
  CHANGED_MEANWHILE: ['ABORTED', 'Somebody else changed the same at the same moment.'],
  CALL_TAKEN_OVER: ['ABORTED', 'Another stream took over this call.'],
  CALL_TOO_LONG: ['FAILED_PRECONDITION', 'The call reached its maximum duration.'],
  CALL_NOT_FOUND: ['NOT_FOUND', 'No such call.'],
  RESUME_TOKEN_INVALID: ['PERMISSION_DENIED', 'The resume token does not belong to this call.'],
  TOO_MANY_CALLS: ['RESOURCE_EXHAUSTED', 'The process serves as many calls as it may.'],
  TENANT_QUOTA_REACHED: ['RESOURCE_EXHAUSTED', 'The tenant has as many calls on this process as it may.'],
  OVERLOADED: ['RESOURCE_EXHAUSTED', 'The process is too busy for another call.'],
  TOO_MANY_RECORDINGS: ['RESOURCE_EXHAUSTED', 'The process works on as many recordings as it may.'],
  TOO_MANY_EXPORTS: ['RESOURCE_EXHAUSTED', 'The process makes another export.'],
  TOO_MANY_CLAIMS: ['RESOURCE_EXHAUSTED', 'The call has named as many different speakers as it may.'],

  TOO_MANY_EVALUATIONS: ['RESOURCE_EXHAUSTED', 'The call was evaluated as often as it may be.'],

  // Audio.
  ENCODING_UNKNOWN: ['INVALID_ARGUMENT', 'The audio encoding is not one that is known.'],
  SAMPLE_RATE_OUT_OF_RANGE: ['INVALID_ARGUMENT', 'The sample rate must be 8000 to 48000 Hz.'],
  CHANNELS_OUT_OF_RANGE: ['INVALID_ARGUMENT', 'Audio has one or two channels.'],
  CALLER_CHANNEL_MISSING: ['INVALID_ARGUMENT', 'The caller channel does not exist in this audio.'],
  MIXED_AUDIO_REFUSED: [
    'FAILED_PRECONDITION',
    'A mix of both parties is refused unless the policy allows it.',
  ],
  CHUNK_TOO_LARGE: ['INVALID_ARGUMENT', 'An audio message is larger than its limit.'],
  AUDIO_INCOMPLETE: ['INVALID_ARGUMENT', 'The audio ended in the middle of a sample.'],
  RECORDING_NOT_FOUND: ['NOT_FOUND', 'There is no such recording in the folder of imports.'],
  RECORDING_EMPTY: ['INVALID_ARGUMENT', 'The recording holds no audio.'],
  RECORDING_TOO_LONG: ['INVALID_ARGUMENT', 'The recording is longer or larger than its limit.'],
  RECORDING_TRUNCATED: ['INVALID_ARGUMENT', 'The recording ends before its header says.'],
  RECORDING_UNREADABLE: ['INVALID_ARGUMENT', 'The file is not audio in a format that is known.'],
  RECORDING_HEADER_INVALID: [
    'INVALID_ARGUMENT',
    'The header of the recording contradicts itself or its content.',
  ],

  // Speakers, consent, voiceprints.
  SPEAKER_NOT_FOUND: ['NOT_FOUND', 'No such speaker.'],
  SPEAKER_NOT_CLAIMED: ['FAILED_PRECONDITION', 'The speaker was not claimed in this call.'],
  SPEAKER_OPTED_OUT: ['FAILED_PRECONDITION', 'The speaker opted out.'],
  SPEAKER_HELD: ['FAILED_PRECONDITION', 'A legal hold forbids to destroy anything of this speaker.'],
  EVIDENCE_NOT_FOUND: ['NOT_FOUND', 'Nothing is kept of an erasure of this id.'],
  PROCESSING_RESTRICTED: [
    'FAILED_PRECONDITION',
    "Processing of the speaker's data is restricted, or the speaker objected to it.",
  ],
  CONSENT_MISSING: ['FAILED_PRECONDITION', 'There is no recorded ground for this purpose.'],
  NOTICE_NOT_FOUND: ['NOT_FOUND', 'No such published notice.'],
  NOTICE_MISMATCH: ['INVALID_ARGUMENT', 'The text hash or language is not that of the notice.'],
  NOTICE_EXISTS: ['ALREADY_EXISTS', 'This version of the notice is published already, with another text.'],
  PROOFING_REQUIRED: ['FAILED_PRECONDITION', 'Enrolment needs the proof of who the person is.'],
  NOT_ENOUGH_SPEECH: ['FAILED_PRECONDITION', 'There is not enough net speech.'],
  QUALITY_TOO_LOW: ['FAILED_PRECONDITION', 'The audio is not good enough to enrol from.'],
  SPEECH_INCONSISTENT: ['FAILED_PRECONDITION', 'The speech does not sound like one and the same person.'],
  VOICEPRINT_NOT_FOUND: ['NOT_FOUND', 'No such voiceprint.'],
  APPROVAL_NOT_AWAITED: ['FAILED_PRECONDITION', 'The voiceprint does not wait for an approval.'],
  OWN_ENROLMENT: ['PERMISSION_DENIED', 'Whoever enrolled a voiceprint may not let it be used.'],
  ADAPTATION_OFF: ['FAILED_PRECONDITION', 'The policy does not let voiceprints learn from calls.'],
  ACCEPTANCE_NOT_STRONG: ['FAILED_PRECONDITION', 'The caller is not accepted strongly enough to learn from.'],
  REENROLMENT_AWAITED: ['FAILED_PRECONDITION', 'A later voiceprint of this label waits to take its place.'],
  CALL_ALREADY_LEARNT: [
    'FAILED_PRECONDITION',
    'The voiceprint or an earlier version of it was made from this call.',
  ],
  NO_EARLIER_VERSION: ['FAILED_PRECONDITION', 'The version in use learnt from no call.'],
  REVIEW_NOT_FOUND: ['NOT_FOUND', 'No such review, or it is over.'],
  TRUST_PHRASE_NOT_FOUND: ['NOT_FOUND', 'The person has chosen no trust phrase.'],
  TRUST_PHRASE_USED: ['FAILED_PRECONDITION', 'The trust phrase was used in another call.'],
  TRUST_PHRASE_REPEATED: ['ALREADY_EXISTS', 'The trust phrase is the one from before.'],
  NOT_OUTBOUND: ['FAILED_PRECONDITION', 'The call is not an outbound one.'],
  NOT_THE_AGENT: ['PERMISSION_DENIED', 'This is for the agent who handles the call.'],
  NOBODY_ANSWERED: ['FAILED_PRECONDITION', 'No person was heard in the call so far.'],
  TOO_MANY_VOICEPRINTS: ['RESOURCE_EXHAUSTED', 'The speaker has as many labelled voiceprints as allowed.'],
  CONSENT_REFERENCE_MISMATCH: [
    'FAILED_PRECONDITION',
    'The consent in force is not the one that the row refers to.',
  ],
  LABEL_EXISTS: ['ALREADY_EXISTS', 'The speaker has a voiceprint of this label already.'],
  POLICY_NOT_FOUND: ['NOT_FOUND', 'No such policy.'],
  CALIBRATION_NOT_FOUND: ['NOT_FOUND', 'No such calibration is loaded.'],
  DECISION_NOT_FOUND: ['NOT_FOUND', 'No such decision.'],
  ANCHOR_INVALID: ['INVALID_ARGUMENT', "The anchor was not signed with this tenant's key."],

  // Batch jobs.
  IMPORT_NOT_CONFIGURED: ['FAILED_PRECONDITION', 'The service has no folder of recordings to import.'],
  MANIFEST_INVALID: ['INVALID_ARGUMENT', 'The manifest is not CSV of the form that is documented.'],
  TRANSFERS_OFF: ['FAILED_PRECONDITION', 'Speakers are not moved between installations here.'],
  TRANSFER_KEY_INVALID: ['FAILED_PRECONDITION', 'The transfer key is none, or has ended.'],
  TRANSFER_FILE_INVALID: [
    'INVALID_ARGUMENT',
    'The file of speakers is none, was made by another installation, was changed, or breaks off.',
  ],
  JOB_NOT_FOUND: ['NOT_FOUND', 'No such batch job.'],
  ROW_REPEATED: ['INVALID_ARGUMENT', 'An earlier row of the manifest has the same speaker and label.'],
  ROW_GIVEN_UP: ['INTERNAL', 'The row was begun several times, and its process ended every time.'],

  // The service itself.
  ADDRESS_IN_USE: ['UNAVAILABLE', 'Something else listens on the address of the service.'],
  PATH_NOT_FOUND: ['NOT_FOUND', 'There is nothing at this address.'],
  GRPC_ONLY: ['UNIMPLEMENTED', 'This RPC is for gRPC only.'],
  ORIGIN_NOT_ALLOWED: ['PERMISSION_DENIED', 'Pages of this origin may not ask.'],
  HOST_NOT_ALLOWED: ['PERMISSION_DENIED', 'The service is not known under this name.'],
  TOO_MANY_REQUESTS: ['RESOURCE_EXHAUSTED', 'This address asks more often than it may.'],
  TOO_MANY_BAD_CREDENTIALS: [
    'RESOURCE_EXHAUSTED',
    'Too many credentials that do not count came from this address.',
  ],
  TOO_MANY_STREAMS: ['RESOURCE_EXHAUSTED', 'The process has as many event streams as it may.'],
  UNAUTHENTICATED: ['UNAUTHENTICATED', 'The caller is not known.'],
  CREDENTIALS_ENDED: ['UNAUTHENTICATED', 'The key, token or certificate has expired, or was revoked.'],
  IDENTITY_PROVIDER_UNAVAILABLE: ['UNAVAILABLE', 'The issuer of tokens cannot be asked for its keys.'],
  API_KEY_NOT_FOUND: ['NOT_FOUND', 'There is no such API key.'],
  ROLE_NOT_ALLOWED: ['PERMISSION_DENIED', 'The role may not do this.'],
  CALL_OF_ANOTHER: ['PERMISSION_DENIED', 'The call is the stream, or the work, of somebody else.'],
  TENANT_NOT_FOUND: ['NOT_FOUND', 'No such tenant.'],
  TENANT_EXISTS: ['ALREADY_EXISTS', 'The tenant exists already.'],
  NOT_IMPLEMENTED: ['UNIMPLEMENTED', 'This is part of the contract, but not built yet.'],
  DATABASE_UNAVAILABLE: ['UNAVAILABLE', 'The database cannot be reached.'],
  DATABASE_NOT_MIGRATED: ['UNAVAILABLE', 'The database has not been migrated to this version.'],
  DATABASE_ROLE_UNSAFE: ['INTERNAL', 'The role of the service could bypass row-level security.'],
  OWNER_UNREACHABLE: ['UNAVAILABLE', 'The replica that owns the call did not answer in time.'],
  SHUTTING_DOWN: ['UNAVAILABLE', 'The service is stopping.'],
  WORKER_FAILED: ['UNAVAILABLE', 'A worker thread failed.'],
  TEMPORARY_FOLDER_UNUSABLE: [
    'INTERNAL',
    'The recording cannot be put into the temporary folder of the service.',
  ],
  KEY_MISSING: ['INTERNAL', 'The keyring does not hold a key that is needed.'],
  KEY_WRONG: ['INTERNAL', 'A key of the keyring is not the one that the data was encrypted under.'],
  KEYRING_INVALID: ['INTERNAL', 'The keyring cannot be read.'],
  KEYRING_READ_ONLY: ['FAILED_PRECONDITION', 'The keys come from elsewhere, and are changed there.'],
  KEY_SERVICE_UNAVAILABLE: ['UNAVAILABLE', 'The key service does not answer.'],
  CIPHERTEXT_INVALID: ['INTERNAL', 'Encrypted data does not belong where it stands.'],
  MODEL_INVALID: ['INTERNAL', 'A model does not match its manifest.'],
  WEBASSEMBLY_MISSING: ['INTERNAL', 'WebAssembly with vectors cannot be had here.'],
  CALIBRATION_INVALID: ['INTERNAL', 'A calibration cannot be used with this model.'],
  CONFIGURATION_INVALID: ['INTERNAL', 'An option has a value that cannot be used.'],
  INTERNAL: ['INTERNAL', 'Something failed that should not have.'],
} as const satisfies Record<string, readonly [ErrorKind, string]>;

export type ErrorReason = keyof typeof REASONS;

export interface ErrorDetails {
  /** The field or row concerned, as a path of the contract: `start.format.sample_rate_hz`. Never a value. */
  readonly field?: string;
  /** Stable facts that help the caller, such as a limit. Never personal data. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What is wrong in this case, in words, when the reason's own words do not say enough. Never personal data. */
  readonly message?: string;
  /** After how long a retry may help. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A failure that the caller can understand, thrown anywhere and turned into a status once, at the border. */
export class VouchError extends Error {
  override readonly name = 'VouchError';
  readonly kind: ErrorKind;
  readonly field: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly reason: ErrorReason,
    details: ErrorDetails = {},
  ) {
    super(
      details.message ?? REASONS[reason][1],
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.kind = REASONS[reason][0];
    this.field = details.field;
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}
