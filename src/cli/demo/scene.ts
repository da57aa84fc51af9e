import { randomUUID } from 'node:crypto';
import type { CallStart, DeepPartial } from '../../gen/vouch/v1/verification.js';
import type { CallEvent } from '../../gen/vouch/v1/verification.js';
import { inspectAudioFile, type RawFormat } from '../audio-file.js';
import type { Connection } from '../connection.js';
import { describeFailure } from '../failure.js';
import { recordingRequests, streamFile, streamFormat } from '../streaming.js';
import { failed, lastDecision, observe, type Judge, type Observation } from './observation.js';

/** What the demo plays on: a service with speakers enrolled. */
export interface Stage {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** A call or a recording to play, and what should come of it. */
export interface Scene {
  readonly name: string;
  readonly claimed: string;
  /** Any of these words is right. */
  readonly expected: readonly string[];
  play(stage: Stage): Promise<Observation>;
}

/** Something done beside the stream when its audio clock comes to a time. */
export interface Cue {
  readonly atMs: number;
  act(stage: Stage, callId: string): Promise<unknown>;
}

export interface CallOptions {
  readonly callerChannel?: number;
  readonly raw?: RawFormat;
  /** Times real time; without it as fast as flow control lets it. */
  readonly pace?: number;
  readonly cues?: readonly Cue[];
  readonly judge?: Judge;
  /** Another policy than the tenant's default. */
  readonly policyId?: string;
  /** False: the claim is no part of the start. */
  readonly claimAtStart?: boolean;
}

/** A file streamed as a live call. */
export function callScene(scene: Omit<Scene, 'play'>, path: string, options: CallOptions = {}): Scene {
  const { judge = lastDecision, claimAtStart = true, policyId = '' } = options;
  return {
    ...scene,
    play: (stage) =>
      orReason(async () => {
        const callId = randomUUID();
        const file = await inspectAudioFile(path, options.raw);
        const start: DeepPartial<CallStart> = {
          callId,
          format: streamFormat(file, options.callerChannel ?? 0),
          claims: claimAtStart ? [{ speakerId: scene.claimed }] : [],
          policyId,
        };
        const events: CallEvent[] = [];
        const { signal } = stage;
        const before = onCue(stage, callId, options.cues ?? []);
        for await (const event of streamFile(stage.connection, start, file, {
          pace: options.pace,
          signal,
          before,
        })) {
          events.push(event);
        }
        return judge(events);
      }),
  };
}

function onCue(stage: Stage, callId: string, cues: readonly Cue[]) {
  const waiting = [...cues];
  return async (mediaMs: number) => {
    while (waiting[0] !== undefined && mediaMs >= waiting[0].atMs) await waiting.shift()?.act(stage, callId);
  };
}

/** A file verified as a recording. */
export function recordingScene(scene: Omit<Scene, 'play'>, path: string): Scene {
  return {
    ...scene,
    play: ({ connection, signal }) =>
      orReason(async () => {
        const requests = recordingRequests(
          { claims: [{ speakerId: scene.claimed }], idempotencyKey: randomUUID() },
          path,
        );
        const { decision } = await connection.verification.verifyRecording(requests, { signal });
        return decision === undefined ? failed('NO_DECISION') : observe(decision);
      }),
  };
}

/** An error counts by its reason: some scenes are played for theirs. */
async function orReason(play: () => Promise<Observation>): Promise<Observation> {
  try {
    return await play();
  } catch (error) {
    const { reason, status } = describeFailure(error);
    if (status === '') throw error;
    return failed(reason === '' ? status : reason);
  }
}
