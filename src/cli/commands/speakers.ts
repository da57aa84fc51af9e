import type { Command } from 'commander';
import { GetSpeakerResponse, ListSpeakersResponse, type Speaker } from '../../gen/vouch/v1/enrolment.js';
import { clientCommand, newCommand, type ClientOptions } from '../command.js';
import { connected } from '../connection.js';
import { wholeNumber } from '../options.js';
import { speakerRightsCommands } from './speaker-rights.js';
import { speakerTransferCommands } from './speaker-transfer.js';
import { answer, fields, isolated, table } from '../output.js';

interface ListOptions extends ClientOptions {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** `vouch speakers`: who is known. */
export function speakersCommand(): Command {
  const speakers = newCommand('speakers', 'list, show or erase speakers')
    .addCommand(
      clientCommand('list', 'list speakers, a page at a time')
        .option('--page-size <n>', 'how many', wholeNumber(1), 100)
        .option('--page-token <token>', 'where to go on', '')
        .action(list),
    )
    .addCommand(
      clientCommand('show', 'tell what is known of a speaker, without biometrics')
        .argument('<speaker>', 'the speaker')
        .action(show),
    );
  for (const command of [...speakerRightsCommands(), ...speakerTransferCommands()])
    speakers.addCommand(command);
  return speakers;
}

async function list(options: ListOptions): Promise<void> {
  const { pageSize, pageToken } = options;
  const page = await connected(options, ({ enrolment }) => enrolment.listSpeakers({ pageSize, pageToken }));
  const rows = page.speakers.map((speaker) => [
    isolated(speaker.speakerId),
    String(speaker.activeVoiceprints),
    String(speaker.pendingVoiceprints),
    speaker.optedOut ? 'yes' : 'no',
    day(speaker),
  ]);
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const text = table(['speaker', 'active', 'pending', 'opted out', 'since'], rows, [1, 2]) + more;
  answer(options, ListSpeakersResponse.toJSON(page), rows.length === 0 ? 'no speakers' : text);
}

async function show(speakerId: string, options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ enrolment }) => enrolment.getSpeaker({ speakerId }));
  const { speaker } = response;
  const text = fields([
    ['speaker', isolated(speakerId)],
    ['known since', speaker && day(speaker)],
    ['voiceprints', speaker && `${speaker.activeVoiceprints} in use, ${speaker.pendingVoiceprints} waiting`],
    ['opted out', speaker?.optedOut === true ? 'yes' : 'no'],
  ]);
  answer(options, GetSpeakerResponse.toJSON(response), text);
}

function day(speaker: Speaker): string {
  return speaker.createdAt?.toISOString().slice(0, 10) ?? '';
}
