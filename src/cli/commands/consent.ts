import { Option, type Command } from 'commander';
import { Purpose } from '../../gen/vouch/v1/common.js';
import {
  GetConsentResponse,
  GrantLapse,
  OptOutResponse,
  RecordConsentResponse,
  WithdrawConsentResponse,
  type ConsentState,
} from '../../gen/vouch/v1/consent.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { consentEntry, recordOptions, type RecordOptions } from '../consent-options.js';
import { evidenceOptions, readEvidence, type EvidenceOptions } from '../evidence-options.js';
import { readEnumList, readTime } from '../options.js';
import { answer, fields, isolated, word } from '../output.js';
import { consentImportCommand } from './consent-import.js';
import { consentEventCommands, describeStates } from './consent-events.js';

interface TakeBackOptions extends WriteOptions, EvidenceOptions {
  readonly occurredAt?: Date;
  readonly onBehalfOf?: string;
}

/** `vouch consent`: what people said, and what follows. */
export function consentCommand(): Command {
  const command = newCommand('consent', 'record, withdraw or show consent')
    .addCommand(
      recordOptions(
        writeCommand('record', 'record what a person said to a notice').argument('<speaker>', 'the speaker'),
      ).action(record),
    )
    .addCommand(consentImportCommand())
    .addCommand(
      takeBackOptions(writeCommand('withdraw', 'take consent back: for VERIFY, the voiceprints are erased'))
        .addOption(
          new Option('--purposes <list>', 'for which purposes, separated by commas')
            .argParser((text) => readEnumList(text, Purpose))
            .default([Purpose.VERIFY], 'verify'),
        )
        .action(withdraw),
    )
    .addCommand(
      takeBackOptions(
        writeCommand('opt-out', 'record a lasting refusal: everything ends, nobody asks again'),
      ).action(optOut),
    )
    .addCommand(
      clientCommand('show', "tell the state of a speaker's consent")
        .argument('<speaker>', 'the speaker')
        .action(show),
    );
  for (const other of consentEventCommands()) command.addCommand(other);
  return command;
}

function takeBackOptions(command: Command): Command {
  command
    .argument('<speaker>', 'the speaker')
    .option('--occurred-at <time>', 'when the person said so; now without it', readTime)
    .option('--on-behalf-of <id>', 'on whose behalf this is recorded');
  return evidenceOptions(command);
}

async function record(speakerId: string, options: RecordOptions): Promise<void> {
  const entry = await consentEntry(speakerId, options);
  const response = await connected(options, ({ consent }) => consent.recordConsent(entry));
  const recorded = fields([
    ['event', response.eventId],
    ['position', String(response.chainPosition)],
    ['in force from', response.effectiveAt?.toISOString()],
    ['entered late', response.retroactive ? 'yes' : undefined],
  ]);
  answer(options, RecordConsentResponse.toJSON(response), `${recorded}\n${describeState(response.state)}`);
}

async function withdraw(
  speakerId: string,
  options: TakeBackOptions & { purposes: Purpose[] },
): Promise<void> {
  const request = { ...(await takeBack(speakerId, options)), purposes: options.purposes };
  const response = await connected(options, ({ consent }) => consent.withdrawConsent(request));
  const text = `withdrawn; ${ended(response)}\n${describeState(response.state)}`;
  answer(options, WithdrawConsentResponse.toJSON(response), text);
}

async function optOut(speakerId: string, options: TakeBackOptions): Promise<void> {
  const request = await takeBack(speakerId, options);
  const response = await connected(options, ({ consent }) => consent.optOut(request));
  const text = `opted out; ${ended(response)}`;
  answer(options, OptOutResponse.toJSON(response), text);
}

async function show(speakerId: string, options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ consent }) => consent.getConsent({ speakerId }));
  const lines = [`speaker  ${isolated(speakerId)}`, describeState(response.state)];
  if (response.states.length > 0) lines.push(describeStates(response.states));
  answer(options, GetConsentResponse.toJSON(response), lines.join('\n'));
}

function ended(voiceprints: { voiceprintsErased: number; voiceprintsKept: number }): string {
  const { voiceprintsErased, voiceprintsKept } = voiceprints;
  const kept = voiceprintsKept === 0 ? '' : `, kept by a legal hold: ${voiceprintsKept}`;
  return `voiceprints erased: ${voiceprintsErased}${kept}`;
}

async function takeBack(speakerId: string, options: TakeBackOptions) {
  const { occurredAt, onBehalfOf = '', idempotencyKey } = options;
  return { speakerId, occurredAt, onBehalfOf, idempotencyKey, evidence: await readEvidence(options) };
}

function describeState(state: ConsentState | undefined): string {
  if (state === undefined) return '';
  const purposes = state.purposes.map((purpose): [string, string] => {
    const said = word(purpose.value, 'CONSENT_VALUE').toLowerCase().replace('_', ' ');
    const notice = purpose.notice && ` under ${purpose.notice.noticeId}@${purpose.notice.version}`;
    const since = purpose.since?.toISOString() ?? '';
    const until = purpose.expiresAt && ` until ${purpose.expiresAt.toISOString()}`;
    const lapse = word(purpose.lapse, 'GRANT_LAPSE').toLowerCase().replace('_', ' ');
    const why = purpose.lapse === GrantLapse.UNSPECIFIED ? '' : `, ${lapse}`;
    const again = purpose.askAgainBy && ` (ask again by ${purpose.askAgainBy.toISOString()})`;
    const force = `${purpose.granted ? 'in force' : 'not in force'}${why}${again ?? ''}`;
    return [
      word(purpose.purpose, 'PURPOSE'),
      `${force} (${said} since ${since}${until ?? ''}${notice ?? ''})`,
    ];
  });
  return fields([
    ...purposes,
    ['opted out', state.optedOut ? 'yes' : 'no'],
    ['do not ask before', state.doNotAskBefore?.toISOString()],
  ]);
}
