import type { Command } from 'commander';
import {
  DeleteVoiceprintResponse,
  ListVoiceprintsResponse,
  type Voiceprint,
} from '../../gen/vouch/v1/enrolment.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { answer, seconds, table, word } from '../output.js';

/** `vouch voiceprints`: what is stored of a speaker's voice. */
export function voiceprintsCommand(): Command {
  return newCommand('voiceprints', 'list or delete voiceprints')
    .addCommand(
      clientCommand('list', "list a speaker's voiceprints, all versions")
        .argument('<speaker>', 'the speaker')
        .action(list),
    )
    .addCommand(
      writeCommand('delete', 'destroy one voiceprint')
        .argument('<voiceprintId>', 'the voiceprint')
        .action(remove),
    );
}

async function list(speakerId: string, options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ enrolment }) => enrolment.listVoiceprints({ speakerId }));
  const headings = ['label', 'version', 'status', 'net speech', 'source', 'codec', 'made', 'voiceprint'];
  const text = table(headings, response.voiceprints.map(row), [1, 3]);
  answer(
    options,
    ListVoiceprintsResponse.toJSON(response),
    response.voiceprints.length === 0 ? 'no voiceprints' : text,
  );
}

function row(voiceprint: Voiceprint): string[] {
  return [
    voiceprint.label,
    String(voiceprint.version),
    word(voiceprint.status, 'VOICEPRINT_STATUS'),
    seconds(voiceprint.netSpeechMs),
    word(voiceprint.source, 'VOICEPRINT_SOURCE').toLowerCase(),
    voiceprint.codec,
    voiceprint.createdAt?.toISOString() ?? '',
    voiceprint.voiceprintId,
  ];
}

async function remove(voiceprintId: string, options: WriteOptions): Promise<void> {
  const { idempotencyKey } = options;
  const response = await connected(options, ({ enrolment }) =>
    enrolment.deleteVoiceprint({ voiceprintId, idempotencyKey }),
  );
  answer(options, DeleteVoiceprintResponse.toJSON(response), 'destroyed');
}
