/** What is known of a speaker, without biometrics. */
export interface Speaker {
  readonly speakerId: string;
  /** When it became known. */
  readonly createdAt: Date;
  readonly activeVoiceprints: number;
  readonly pendingVoiceprints: number;
  readonly optedOut: boolean;
}

/** A page of speakers. */
export interface SpeakerPage {
  readonly speakers: readonly Speaker[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}
