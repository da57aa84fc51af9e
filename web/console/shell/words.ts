import { ApiError } from '../../shared/api-error.js';

/** What people are told of a refusal, by its reason (docs/errors.md): what is the matter, and what to do. */
const WORDS: Readonly<Record<string, string>> = {
  CONNECTION_LOST: 'The service does not answer. Check the network; nothing that you entered is lost.',
  UNAUTHENTICATED: 'You are not signed in any more. Your token expired, or was revoked.',
  ROLE_NOT_ALLOWED: 'Your role may not do this. Ask somebody whose role may.',
  TENANT_NOT_FOUND: 'There is no such tenant.',
  ID_INVALID: 'An id has 1 to 256 bytes and no control characters.',
  SPEAKER_NOT_FOUND: 'Nobody with this id is known. People become known when their consent is recorded.',
  SPEAKER_OPTED_OUT: 'This person opted out. Do not ask again; they may lift it themselves.',
  SPEAKER_HELD:
    'A legal hold stands: nothing of this person may be destroyed until it is lifted. The refusal is in the audit trail.',
  PROCESSING_RESTRICTED: 'Processing is restricted, or the person objected. A privacy officer can lift that.',
  CONSENT_MISSING:
    'There is no consent in force for this. Give the notice, ask, and record the answer first.',
  CONSENT_REFERENCE_MISMATCH: 'The consent in force is not the one that the row refers to.',
  NOTICE_NOT_FOUND: 'No such notice is published.',
  NOTICE_MISMATCH:
    'The notice is not in force with this text and language: a later version may need consent anew. Choose the notice again.',
  NOTICE_EXISTS:
    'This version is published already with another text. Published versions never change: publish the next one.',
  PROOFING_REQUIRED: 'Say how it was established who the person is.',
  NOT_ENOUGH_SPEECH: 'There is not enough speech. Record again, for longer.',
  QUALITY_TOO_LOW:
    'The recording is not good enough: too much noise, or too loud. Record again in a quieter place.',
  SPEECH_INCONSISTENT:
    'The speech does not sound like one and the same person. Only the speaker may be heard.',
  RECORDING_EMPTY: 'The recording holds no audio.',
  RECORDING_TOO_LONG: 'The recording is longer or larger than allowed.',
  RECORDING_TRUNCATED: 'The recording breaks off. Send the file again, whole.',
  RECORDING_UNREADABLE: 'This is not audio of a known format. WAV, Ogg, MP3, M4A and FLAC are.',
  RECORDING_HEADER_INVALID: 'The header of the recording is wrong. Write the file again with a sound tool.',
  RECORDING_NOT_FOUND: 'There is no such recording in the folder of imports.',
  CALLER_CHANNEL_MISSING: 'The file has two channels: say which one is the speaker’s.',
  TOO_MANY_RECORDINGS: 'The service works on as many recordings as it can. Try again in a moment.',
  TOO_MANY_EXPORTS: 'Another export is being made. Try again in a few seconds.',
  TOO_MANY_VOICEPRINTS:
    'The person has as many labelled voiceprints as allowed. Delete one, or use a label that exists.',
  VOICEPRINT_NOT_FOUND: 'This voiceprint is gone.',
  APPROVAL_NOT_AWAITED: 'This voiceprint does not wait for an approval any more.',
  OWN_ENROLMENT: 'Whoever enrolled a voiceprint may not approve it. Somebody else must look at it.',
  NO_EARLIER_VERSION: 'This version learnt from no call: there is none to go back to.',
  REVIEW_NOT_FOUND: 'This review is over.',
  TRUST_PHRASE_REPEATED: 'This is the phrase from before. Somebody may have heard it: choose another.',
  EVIDENCE_NOT_FOUND:
    'Nothing is kept of an erasure of this id. The id must be right to the letter; the term may be over.',
  MANIFEST_INVALID: 'The manifest is not a CSV file of the documented form.',
  IMPORT_NOT_CONFIGURED:
    'The service has no folder of recordings to import. Whoever runs it sets VOUCH_IMPORT_DIR.',
  JOB_NOT_FOUND: 'There is no such batch job.',
  LABEL_EXISTS: 'There is a voiceprint of this label already.',
  ROW_REPEATED: 'An earlier row has the same speaker and label.',
  ROW_GIVEN_UP: 'The recording could not be worked on, several times over.',
  IDEMPOTENCY_KEY_REUSED: 'This was sent before with other values. Try again.',
  RETENTION_INVALID: 'The terms contradict each other.',
  SHUTTING_DOWN: 'The service is about to restart. Try again in a moment.',
  DATABASE_UNAVAILABLE: 'The service cannot reach its database. Try again in a moment.',
  KEY_SERVICE_UNAVAILABLE: 'The key service does not answer. Try again in a moment.',
  TRANSFERS_OFF:
    'Speakers are not moved between installations here. Whoever runs the service sets VOUCH_TRANSFERS=on.',
  CHANGED_MEANWHILE:
    'Somebody else changed the same at the same moment. Look at it as it is now, and try again.',
  CALL_NOT_FOUND: 'There is no such call here: it may be misspelt, gone by its term, or not live any more.',
  CALL_ENDED: 'The call has ended.',
  CALL_OF_ANOTHER: 'This call is somebody else’s.',
  TOO_MANY_EVALUATIONS:
    'This call was decided anew as often as it may be: each look is a chance of a false match.',
  MIXED_AUDIO_REFUSED: 'This call has both parties in one channel: nothing may be learnt from it.',
  SPEAKER_NOT_CLAIMED: 'Nobody said in this call that it is this person.',
  ADAPTATION_OFF:
    'The policy does not let voiceprints learn from calls. An administrator can switch that on under Policies.',
  ACCEPTANCE_NOT_STRONG:
    'The caller is not verified well enough to learn from. Wait for more speech, or leave it: most calls need not be learnt from.',
  REENROLMENT_AWAITED:
    'A newer voiceprint of this label waits to take its place. That one can learn, once it is in use.',
  CALL_ALREADY_LEARNT: 'The voiceprint has this call in it already. The same speech does not count twice.',
  DECISION_NOT_FOUND: 'This decision is gone: its term is over, or the person was erased.',
  POLICY_NOT_FOUND: 'There is no such policy.',
  CALIBRATION_NOT_FOUND:
    'No such calibration is loaded. Whoever runs the service puts its file into the folder of calibrations and restarts it.',
  ANCHOR_INVALID:
    'This anchor was not signed by this tenant’s key. One that somebody changed proves nothing.',
  TRANSFER_KEY_INVALID: 'This key is none, or its days are over. The receiver makes a new one.',
  TRANSFER_FILE_INVALID:
    'This is no file of speakers, was made by somebody else, was changed, or breaks off. Check the sender’s public key, and send the file again.',
  API_KEY_NOT_FOUND: 'There is no such key any more.',
  MESSAGE_TOO_LARGE: 'This is larger than the service takes.',
  TOO_MANY_REQUESTS: 'This was too much at once.',
  TOO_MANY_BAD_CREDENTIALS: 'Too many tokens that do not count came from here.',
  IDENTITY_PROVIDER_UNAVAILABLE: 'Your organisation’s sign-in cannot be asked. Try again in a moment.',
  OWNER_UNREACHABLE: 'The process that has this call did not answer. Try again in a moment.',
  WORKER_FAILED: 'A part of the service failed and was started anew. Try again.',
  HOST_NOT_ALLOWED: 'The service is not known under the name in the address. Open it as localhost.',
  INTERNAL:
    'Something failed that should not have. Tell whoever runs the service, with the error id: the log has the rest.',
  NOT_IMPLEMENTED: 'The service cannot do this yet.',
};

/** An error as a sentence for people; with what the service says itself where there are no words of ours. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong on this page. Load it again.';
  const words = WORDS[error.status === 'UNAUTHENTICATED' ? error.status : error.reason] ?? fallback(error);
  const { retryAfterMs, metadata = {} } = error.more;
  const facts = [
    ...(error.reason === 'NOT_ENOUGH_SPEECH' ? speech(metadata) : []),
    ...(retryAfterMs === undefined ? [] : [`Wait ${Math.ceil(retryAfterMs / 1000)} s first.`]),
    ...(metadata['errorId'] ? [`Error id: ${metadata['errorId']}.`] : []),
  ];
  return [words, ...facts].join(' ');
}

/** The same of a reason alone, as rows of batches have it. */
export function wordsForReason(reason: string): string {
  return WORDS[reason] ?? plainReason(reason);
}

function speech(metadata: Readonly<Record<string, string>>): string[] {
  const { netSpeechMs, minimumNetSpeechMs } = metadata;
  if (minimumNetSpeechMs === undefined) return [];
  const needed = `${(Number(minimumNetSpeechMs) / 1000).toFixed(0)} s are needed`;
  return [
    netSpeechMs === undefined
      ? `${needed}.`
      : `${(Number(netSpeechMs) / 1000).toFixed(1)} s were heard, ${needed}.`,
  ];
}

function fallback({ message, reason, more: { field } }: ApiError): string {
  if (message !== '' && message !== reason) return message;
  return `The service refused: ${plainReason(reason)}${field === undefined ? '' : ` (${field})`}`;
}

function plainReason(reason: string): string {
  const text = reason.replaceAll('_', ' ').toLowerCase();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
