/** Why a speaker was not exported, or not imported; see LeftOutReason of the contract. */
export type LeftOutReason =
  'STATE' | 'UNREADABLE' | 'TOO_LARGE' | 'EXISTS' | 'OPTED_OUT' | 'ERASED' | 'OTHER_MODEL' | 'UNKNOWN_FORM';

/** Somebody who was left out. */
export interface LeftOut {
  readonly speakerId: string;
  readonly reason: LeftOutReason;
}

/** What was exported. */
export interface ExportSummary {
  readonly speakers: number;
  readonly withVoiceprints: number;
  readonly leftOut: number;
}

/** What was imported. */
export interface ImportSummary {
  readonly speakers: number;
  readonly voiceprints: number;
  readonly leftOut: number;
}
