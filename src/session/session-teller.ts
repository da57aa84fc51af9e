import type { EndReason } from '../domain/call.js';
import type { CallEventBody } from '../domain/event.js';
import type { ClaimTrack } from './claim-track.js';
import type { EventLog } from './event-log.js';
import type { StartedAs } from './ports.js';
import type { SpeechFeed } from './speech-feed.js';

/** Tells what happens in a session, at its time in the stream's audio. */
export class SessionTeller {
  readonly #log: EventLog;
  readonly #audio: SpeechFeed;

  constructor(log: EventLog, audio: SpeechFeed) {
    this.#log = log;
    this.#audio = audio;
  }

  tell(body: CallEventBody): void {
    this.#log.emit(body, this.#audio.nowMs);
  }

  started({ resumed, pauseReason, ...told }: StartedAs, paused: boolean): void {
    this.tell({ type: 'started', paused, ...told });
    if (!resumed && pauseReason !== null) this.tell({ type: 'paused', reason: pauseReason, origin: 'START' });
  }

  audioLost(sinceMs: number, untilMs: number): void {
    this.tell({
      type: 'audioLost',
      sinceMediaMs: Math.round(sinceMs),
      untilMediaMs: Math.round(untilMs),
    });
  }

  speakerChanged(sinceMs: number, withdrawnDecisionId: string): void {
    this.tell({ type: 'speakerChanged', sinceMediaMs: Math.round(sinceMs), withdrawnDecisionId });
  }

  consentChanged({ claimNumber, dossier }: ClaimTrack, granted: boolean): void {
    const consentEventId = dossier.grant?.eventId ?? '';
    this.tell({ type: 'consentChanged', claimNumber, granted, consentEventId });
  }

  ended(reason: EndReason, note: string, netSpeechMs: number, decisionId: string): void {
    this.tell({
      type: 'ended',
      reason,
      note,
      audioMs: Math.round(this.#audio.nowMs),
      droppedMs: Math.round(this.#audio.droppedMs),
      netSpeechMs: Math.round(netSpeechMs),
      decisionId,
    });
  }
}
