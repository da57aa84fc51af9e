/** What is known of how good a stretch of audio is. Measured on what was decoded, never stored with the audio. */
export interface SpeechQuality {
  /** Speech to background, in dB; NaN-free: null until both were heard. */
  readonly snrDb: number | null;
  /** Share of speech samples at the rails, 0 to 1. */
  readonly clippedShare: number;
  /** Root mean square of the speech, dB relative to full scale, at most 0; null before any speech. */
  readonly levelDbfs: number | null;
  /** Highest frequency with speech energy, Hz; null before enough speech. */
  readonly bandwidthHz: number | null;
  /** Between the quarter points of the levels of the speech's frames, dB: wide on a quiet line, narrow in noise and rooms. */
  readonly levelSpreadDb: number | null;
  /**
   * How far the peaks of the bands from 250 to 1250 Hz stand above their median, dB: far where voices alone sound, less where
   * noise, other voices or a room fill up what lies between their syllables; null before the first window.
   */
  readonly bandContrastDb: number | null;
  /**
   * By how much more sound rises than it falls, within 50 ms in the bands from 250 to 3600 Hz, dB: much in a room, whose
   * tails hold up the fall; null before the first window.
   */
  readonly slowDecayDb: number | null;
  /**
   * Length of the first model's output before it was scaled to 1: how much it found of what tells voices apart. Low for
   * speech that is overlapped or hardly there; null before the first window.
   */
  readonly embeddingLength: number | null;
  /** Share of what sounds that is tones or music, 0 to 1: frames with speech never are. */
  readonly toneOrMusicShare: number;
  /**
   * Estimated share of the speech that is another voice's, before, after or over the caller's, 0 to 0.5 (which of the two
   * is the caller cannot be told); null before three windows, and in a single one.
   */
  readonly otherVoiceShare: number | null;
}

/** Of no speech at all. */
export const UNKNOWN_QUALITY: SpeechQuality = {
  snrDb: null,
  clippedShare: 0,
  levelDbfs: null,
  bandwidthHz: null,
  levelSpreadDb: null,
  bandContrastDb: null,
  slowDecayDb: null,
  embeddingLength: null,
  toneOrMusicShare: 0,
  otherVoiceShare: null,
};

/**
 * What the sound of speech is recognised by when the same sound comes again: a code for each moment at which there was
 * speech long enough (docs/decisions/0022-replayed-calls.md). It tells neither the voice nor the words.
 */
export interface Fingerprint {
  /** When, in ticks of 16 ms of the stream's own clock; rising. */
  readonly ticks: Uint32Array;
  /** As many, each with 16 bits. */
  readonly codes: Uint16Array;
}

/** A fingerprint as it is kept: every second code, in runs without a gap. */
export interface KeptFingerprint {
  /** When the first code of each run was, as above; rising. Each code is two ticks after the one before. */
  readonly firstTicks: Uint32Array;
  /** Where the codes of each run begin; one entry more than runs. */
  readonly starts: Uint16Array;
  readonly codes: Uint16Array;
}

/**
 * One embedded stretch of net speech, about 3 s of it. The vectors are computed, never stored: only pooled voiceprints
 * are, and those encrypted.
 */
export interface SpeechWindow {
  /** Counts from 0 within its stream. */
  readonly index: number;
  /** One L2-normalised vector for each embedding space that was computed, for example `campplus` with 192 numbers. */
  readonly vectors: Readonly<Record<string, Float32Array>>;
  /** Net speech in the window, ms. */
  readonly netSpeechMs: number;
  /** Where in the stream's own audio clock the window's speech begins and ends, ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly quality: SpeechQuality;
  /** Of its sound; absent in what an earlier stream of the call left. */
  readonly fingerprint?: Fingerprint;
  /**
   * What the countermeasure makes of it: a log-likelihood ratio or log odds, natural logarithm, the higher the more like the
   * speech of a person. Absent where it was not asked, or gave no number.
   */
  readonly bonaFideLlr?: number;
}

/** Who speaks on a line, by when they speak: nobody so far, a person who greets and waits, a machine that goes on. */
export type AnsweredBy = 'NOBODY' | 'PERSON' | 'MACHINE';

/** How far a stream has come; sent at most once per batch of audio. */
export interface SpeechProgress {
  /** Audio decoded so far, ms. */
  readonly audioMs: number;
  /** Net speech found so far, ms: embedded or waiting for its window to fill. */
  readonly netSpeechMs: number;
  /** Quality over all of the stream so far. */
  readonly quality: SpeechQuality;
  readonly answeredBy: AnsweredBy;
}

/** Everything that a recording gave. */
export interface RecordingSpeech {
  readonly windows: readonly SpeechWindow[];
  readonly progress: SpeechProgress;
  /** `wav`, `ogg`, ... and the codec within, as found in the file, never as named by the caller. */
  readonly container: string;
  readonly codec: string;
  readonly sourceRateHz: number;
}

/** A model that tells the speech of people from synthetic speech, and when a call's speech is suspected to be the latter. */
export interface Countermeasure {
  readonly modelId: string;
  /** Of its file, hex. */
  readonly modelSha256: string;
  /** What the mean of `bonaFideLlr` over a call's speech must not fall below. */
  readonly suspectedBelowLlr: number;
}

/** An embedding space: vectors of one space can be compared, whatever graph (fp32, int8) computed them. */
export interface EmbeddingSpace {
  /** For example `campplus`. */
  readonly id: string;
  readonly dimension: number;
  /** The graph in use, for example `campplus-int8`, and the sha256 of its file in hex. */
  readonly modelId: string;
  readonly modelSha256: string;
}
