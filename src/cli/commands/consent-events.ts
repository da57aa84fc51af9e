import { Option, type Command } from 'commander';
import { Purpose } from '../../gen/vouch/v1/common.js';
import {
  Capacity,
  ConsentValue,
  ListConsentEventsResponse,
  ProcessingGround,
  RecordConsentResponse,
  SetSpeakerStateResponse,
  SignatureMethod,
  SpeakerState,
  type ConsentEvent,
  type HeldState,
} from '../../gen/vouch/v1/consent.js';
import { clientCommand, writeCommand, type ClientOptions, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { enumOption, kebab, readEnumList, readTime, wholeNumber } from '../options.js';
import { answer, table, word } from '../output.js';

interface ListOptions extends ClientOptions {
  readonly pageSize: number;
  readonly pageToken: string;
}

interface NotNowOptions extends WriteOptions {
  readonly until: Date;
  readonly purposes: Purpose[];
  readonly controller: string;
  readonly jurisdiction: string;
  readonly occurredAt?: Date;
  readonly callId: string;
  readonly onBehalfOf: string;
}

type StateOptions = WriteOptions & { readonly reference: string };

/** What of `vouch consent` lists events, puts off the question and stops all processing. */
export function consentEventCommands(): Command[] {
  return [
    clientCommand('list', 'list what was recorded of a speaker, oldest first; for privacy officers')
      .argument('<speaker>', 'the speaker')
      .option('--page-size <n>', 'events a page', wholeNumber(1), 100)
      .option('--page-token <token>', 'from the page before', '')
      .action(list),
    notNowCommand(),
    stateCommand(
      'restrict',
      'restrict processing (GDPR art. 18): voiceprints are kept, nothing is compared',
    ).action((speakerId: string, options: StateOptions) =>
      setState(speakerId, SpeakerState.RESTRICTED, options),
    ),
    stateCommand(
      'object',
      'record an objection (GDPR art. 21): nothing is compared until it is dealt with',
    ).action((speakerId: string, options: StateOptions) =>
      setState(speakerId, SpeakerState.OBJECTED, options),
    ),
    stateCommand('lift', 'lift a restriction, an objection or a legal hold')
      .addOption(enumOption('--state <state>', 'what is lifted', SpeakerState).makeOptionMandatory())
      .action((speakerId: string, options: StateOptions & { state: SpeakerState }) =>
        setState(speakerId, options.state, options, false),
      ),
  ];
}

function notNowCommand(): Command {
  return writeCommand('not-now', 'record that somebody was asked and wants to be left alone for a while')
    .argument('<speaker>', 'the speaker')
    .requiredOption('--until <time>', 'nobody asks again before this time', readTime)
    .addOption(
      new Option('--purposes <list>', 'what was asked for, separated by commas')
        .argParser((text) => readEnumList(text, Purpose))
        .default([Purpose.VERIFY], 'verify'),
    )
    .requiredOption('--controller <name>', 'the entity that controls the data')
    .requiredOption('--jurisdiction <law>', 'the law that applies: EU, US-IL, ...')
    .option('--occurred-at <time>', 'when the person said so; now without it', readTime)
    .option('--call-id <id>', 'the call in which it was said', '')
    .option('--on-behalf-of <id>', 'on whose behalf this is recorded', '')
    .action(notNow);
}

function stateCommand(name: string, description: string): Command {
  return writeCommand(name, `${description}; for privacy officers`)
    .argument('<speaker>', 'the speaker, known or not')
    .requiredOption('--reference <text>', "a file number of your own; nobody's name");
}

async function list(speakerId: string, options: ListOptions): Promise<void> {
  const { pageSize, pageToken } = options;
  const page = await connected(options, ({ consent }) =>
    consent.listConsentEvents({ speakerId, pageSize, pageToken }),
  );
  const rows = page.events.map((event) => [
    String(event.chainPosition),
    event.occurredAt?.toISOString() ?? '',
    kebab(word(event.type, 'CONSENT_EVENT_TYPE')) + (event.retroactive ? ' (entered late)' : ''),
    describe(event),
    event.actorId,
  ]);
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const shown = table(['position', 'when', 'event', 'what', 'recorded by'], rows);
  answer(options, ListConsentEventsResponse.toJSON(page), shown + more);
}

function describe(event: ConsentEvent): string {
  const { notice } = event;
  const said = event.purposes.map(({ purpose, value }) =>
    kebab(`${word(purpose, 'PURPOSE')}: ${word(value, 'CONSENT_VALUE')}`),
  );
  const parts = [
    ...said,
    notice && `under ${notice.noticeId}@${notice.version} (${notice.language})`,
    event.signatureMethod === SignatureMethod.UNSPECIFIED
      ? undefined
      : kebab(word(event.signatureMethod, 'SIGNATURE_METHOD')),
    event.evidence && `${event.evidence.type} ${event.evidence.reference}`,
    event.liftsOptOut ? 'lifts the opt-out' : undefined,
    event.expiresAt && `until ${event.expiresAt.toISOString()}`,
    event.doNotAskBefore && `not before ${event.doNotAskBefore.toISOString()}`,
    event.voiceprintsErased > 0 ? `voiceprints erased: ${event.voiceprintsErased}` : undefined,
    event.voiceprintsKept > 0 ? `voiceprints kept by the hold: ${event.voiceprintsKept}` : undefined,
    event.state === SpeakerState.UNSPECIFIED
      ? undefined
      : `${kebab(word(event.state, 'SPEAKER_STATE'))}, ${event.reference}`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

async function notNow(speakerId: string, options: NotNowOptions): Promise<void> {
  const { purposes, until, controller, jurisdiction, callId, onBehalfOf, idempotencyKey } = options;
  const response = await connected(options, ({ consent }) =>
    consent.recordConsent({
      speakerId,
      purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.NOT_NOW })),
      ground: ProcessingGround.EXPLICIT_CONSENT,
      controllerEntity: controller,
      jurisdiction,
      occurredAt: options.occurredAt ?? new Date(),
      callId,
      capacity: Capacity.SELF,
      doNotAskBefore: until,
      onBehalfOf,
      idempotencyKey,
    }),
  );
  const asked = response.state?.doNotAskBefore?.toISOString() ?? '';
  answer(options, RecordConsentResponse.toJSON(response), `nobody asks before ${asked}`);
}

async function setState(
  speakerId: string,
  state: SpeakerState,
  { reference, ...options }: StateOptions,
  inForce = true,
): Promise<void> {
  const request = { speakerId, state, inForce, reference, idempotencyKey: options.idempotencyKey };
  const response = await connected(options, ({ consent }) => consent.setSpeakerState(request));
  answer(options, SetSpeakerStateResponse.toJSON(response), describeStates(response.states));
}

/** The states that hold, a line each. */
export function describeStates(states: readonly HeldState[]): string {
  if (states.length === 0) return 'no state holds';
  return states
    .map(({ state, since }) => `${word(state, 'SPEAKER_STATE')} since ${since?.toISOString() ?? ''}`)
    .join('\n');
}
