import { UNKNOWN_QUALITY, type SpeechProgress } from '../domain/speech.js';
import type { ReasonCode } from '../domain/decision.js';
import { insteadOfSpeech, qualityProblems } from '../decision/index.js';
import type { Assessment } from './assessment.js';
import type { EventLog } from './event-log.js';
import type { SpeechFeed } from './speech-feed.js';

/** How often progress is told, ms of audio. */
const PROGRESS_EVERY_MS = 1000;

/** Tells how far a call has come, and when the quality of its audio becomes a problem or stops being one. */
export class ProgressTeller {
  readonly #log: EventLog;
  #heard: SpeechProgress | undefined;
  #personAnswered = false;
  #toldMs = 0;
  #toldProblems = '';

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Net speech found since the stream began, whether or not it still counts, ms. */
  get netSpeechMs(): number {
    return this.#heard?.netSpeechMs ?? 0;
  }

  /** Whether a person was heard in this stream, as against nobody, a machine, tones or music: as AnswerMeter tells. */
  get personAnswered(): boolean {
    return this.#personAnswered;
  }

  /** What is heard in place of speech, if anything. */
  get insteadOfSpeech(): readonly ReasonCode[] {
    return this.#heard ? insteadOfSpeech(this.#heard.quality) : [];
  }

  /** More audio came: tells progress about once a second of it. */
  heardMore(audio: SpeechFeed, assessment: Assessment): void {
    if (audio.nowMs - this.#toldMs < PROGRESS_EVERY_MS) return;
    this.#toldMs = audio.nowMs;
    this.#log.emit(
      {
        type: 'progress',
        audioMs: Math.round(audio.nowMs),
        droppedMs: Math.round(audio.droppedMs),
        netSpeechMs: Math.round(this.netSpeechMs),
        quality: this.#heard?.quality ?? UNKNOWN_QUALITY,
        kind: assessment.current?.kind ?? 'SPEAKER_ID_NOT_PROVIDED',
        confidence: assessment.confidence,
        manyAttempts: assessment.current?.risks.attempts === 'SUSPECTED',
      },
      audio.nowMs,
    );
  }

  /**
   * The stages worked through more audio.
   * @param otherVoiceShare of the evidence: the stages know of no voices.
   */
  heard(progress: SpeechProgress, otherVoiceShare: number | null, nowMs: number): void {
    const quality = { ...progress.quality, otherVoiceShare };
    this.#heard = { ...progress, quality };
    // Another worker that takes the stream over begins anew.
    this.#personAnswered ||= progress.answeredBy === 'PERSON';
    const problems = qualityProblems(quality);
    const told = problems.join();
    if (told === this.#toldProblems) return;
    this.#toldProblems = told;
    this.#log.emit({ type: 'quality', quality, problems }, nowMs);
  }
}
