import type { Command } from 'commander';
import { SourceProfile } from '../../gen/vouch/v1/common.js';
import {
  EnrolFromCallResponse,
  EnrolFromRecordingResponse,
  type Voiceprint,
} from '../../gen/vouch/v1/enrolment.js';
import { audioFormatOptions, recordingFormat, type AudioFormatOptions } from '../audio-options.js';
import { writeCommand, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { proofingOptions, readProofing, type ProofingOptions } from '../evidence-options.js';
import { UsageError } from '../failure.js';
import { enumOption, readTimeOrNow } from '../options.js';
import { answer, fields, isolated, seconds, word } from '../output.js';
import { enrolmentRequests } from '../streaming.js';
import { enrolBatchCommand } from './enrol-batch.js';

interface EnrolOptions extends WriteOptions, AudioFormatOptions, ProofingOptions {
  readonly label: string;
  readonly call?: string;
  readonly source: SourceProfile;
  readonly recordedAt?: Date;
  readonly onBehalfOf?: string;
}

/** `vouch enrol`: make a voiceprint. */
export function enrolCommand(): Command {
  const command = writeCommand('enrol', 'make a voiceprint from a recording, or from a live call')
    .argument('<speaker>', 'the speaker; must have consented')
    .argument('[file]', 'a recording in any common format')
    .option('--call <id>', 'instead of a file: the live call to enrol from')
    .option('--label <label>', 'for example mobile, landline', 'default')
    .addOption(
      enumOption('--source <source>', 'where the audio comes from', SourceProfile).default(
        SourceProfile.UNSPECIFIED,
        'not known',
      ),
    )
    .option('--recorded-at <time>', 'of a file: when the recording was begun, or `now`', readTimeOrNow)
    .option('--on-behalf-of <id>', 'on whose behalf the voiceprint is made');
  // Not mandatory for the subcommands; `enrol` asks for it itself.
  return proofingOptions(audioFormatOptions(command))
    .enablePositionalOptions()
    .addCommand(enrolBatchCommand())
    .action(enrol);
}

async function enrol(speakerId: string, file: string | undefined, options: EnrolOptions): Promise<void> {
  const { label, call: callId, onBehalfOf = '', idempotencyKey } = options;
  const common = { speakerId, label, proofing: readProofing(options), onBehalfOf, idempotencyKey };
  if (common.proofing === undefined)
    throw new UsageError('--proofing-method must say how it was established who the person is.');
  if ((file === undefined) === (callId === undefined)) throw new UsageError('Give a file, or --call.');
  if (callId !== undefined) {
    const response = await connected(options, ({ enrolment }) =>
      enrolment.enrolFromCall({ ...common, callId }),
    );
    answer(options, EnrolFromCallResponse.toJSON(response), describe(response.voiceprint));
  } else if (file !== undefined) {
    if (options.recordedAt === undefined) {
      throw new UsageError(
        '--recorded-at must say when the recording was begun (or `now`): consent comes before it.',
      );
    }
    const start = {
      ...common,
      format: recordingFormat(options),
      callerChannel: options.channel,
      source: options.source,
      recordedAt: options.recordedAt,
    };
    const response = await connected(options, ({ enrolment }) =>
      enrolment.enrolFromRecording(enrolmentRequests(start, file)),
    );
    answer(options, EnrolFromRecordingResponse.toJSON(response), describe(response.voiceprint));
  }
}

function describe(voiceprint: Voiceprint | undefined): string {
  if (voiceprint === undefined) return '';
  return fields([
    ['voiceprint', voiceprint.voiceprintId],
    ['speaker', isolated(voiceprint.speakerId)],
    ['label', `${voiceprint.label}, version ${voiceprint.version}`],
    ['status', word(voiceprint.status, 'VOICEPRINT_STATUS')],
    ['usable from', voiceprint.usableFrom?.toISOString()],
    ['net speech', seconds(voiceprint.netSpeechMs)],
    ['consistency', voiceprint.consistency.toFixed(2)],
  ]);
}
