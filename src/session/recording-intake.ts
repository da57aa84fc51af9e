import { sha256 } from '../crypto/index.js';
import type { SourceProfile } from '../domain/call.js';
import type { RecordingSpeech } from '../domain/speech.js';
import type { SpeechExtractor } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import type { RawAudio } from './recording-store.js';

/** Bytes of a file, or headerless audio, as they were sent. */
export interface SentRecording {
  /** For headerless audio; undefined for a file that says so itself. */
  readonly raw: RawAudio | undefined;
  /** Of a file, from 0; undefined where none was named, which only a file of one channel may. */
  readonly callerChannel: number | undefined;
  readonly source: SourceProfile | null;
  /** Asked for only once there is a ground for reading them. */
  readonly bytes: () => Promise<Uint8Array>;
}

/** Recordings that arrive at once, for each that may be worked on: those that trickle keep nobody from their turn. */
const ARRIVING_EACH = 16;
/** The way of recordings to the speech stages. Only so many at once; a further one is told to come back. */
export class RecordingIntake {
  #underWay = 0;
  #arriving = 0;

  /** @param maximumAtOnce recordings worked on at once */
  constructor(
    private readonly extractor: Pick<SpeechExtractor, 'analyseRecording'>,
    private readonly maximumAtOnce: number,
  ) {}

  /**
   * All the bytes. While others are worked on there is no turn to be had: that is said before they are sent.
   *
   * @throws TOO_MANY_RECORDINGS
   */
  async receive(recording: SentRecording): Promise<Uint8Array> {
    const { maximumAtOnce } = this;
    if (this.#underWay >= maximumAtOnce || this.#arriving >= ARRIVING_EACH * maximumAtOnce) throw tooMany();
    this.#arriving++;
    try {
      return await recording.bytes();
    } finally {
      this.#arriving--;
    }
  }

  /** Works through a recording that was received. Throws TOO_MANY_RECORDINGS and the audio reasons. */
  async analyse(
    { raw, callerChannel }: SentRecording,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<RecordingSpeech> {
    if (this.#underWay >= this.maximumAtOnce) throw tooMany();
    this.#underWay++;
    try {
      const input = raw
        ? { bytes, format: raw.format }
        : { bytes, ...(callerChannel === undefined ? {} : { callerChannel }) };
      return await this.extractor.analyseRecording(input, signal);
    } catch (error) {
      throw ofTheContract(error);
    } finally {
      this.#underWay--;
    }
  }
}

function tooMany(): VouchError {
  return new VouchError('TOO_MANY_RECORDINGS', { retryAfterMs: 1000 });
}

/** The stages know of no contract: the one field that they name is named as the sender knows it. */
function ofTheContract(error: unknown): unknown {
  if (!(error instanceof VouchError) || error.field !== 'callerChannel') return error;
  const { reason, message, metadata } = error;
  return new VouchError(reason, { message, metadata, field: 'start.caller_channel' });
}

/** By which a file is known, as hexadecimal digits. */
export function digestOf(file: Uint8Array): string {
  return sha256(file).toString('hex');
}

/** What tells one start from another, besides the claims and what a voiceprint is asked for. */
export function sentJson({ raw, callerChannel, source }: SentRecording) {
  const format = raw ? { ...raw.format, layout: raw.layout } : null;
  return { format, callerChannel: callerChannel ?? null, source };
}
