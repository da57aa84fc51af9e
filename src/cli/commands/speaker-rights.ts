import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import {
  EraseSpeakerResponse,
  GetErasureEvidenceResponse,
  SetSpeakerStateResponse,
  SpeakerState,
  type ErasureEvidence,
  type ErasureReceipt,
} from '../../gen/vouch/v1/consent.js';
import { clientCommand, writeCommand, type ClientOptions, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { answer, fields, isolated, table, word } from '../output.js';
import { describeStates } from './consent-events.js';

type EraseOptions = WriteOptions & { readonly onBehalfOf: string };
type ExportOptions = ClientOptions & { readonly out: string };
type HoldOptions = WriteOptions & { readonly reference: string; readonly lift: boolean };

/** What of `vouch speakers` is about people's rights: for privacy officers. */
export function speakerRightsCommands(): Command[] {
  return [
    writeCommand('erase', 'destroy all that is held of a speaker and print the receipt')
      .argument('<speaker>', 'the speaker')
      .option('--on-behalf-of <id>', 'on whose behalf this is done', '')
      .action(erase),
    clientCommand(
      'export',
      'write everything that is held of a speaker to a new folder, signed, for the person',
    )
      .argument('<speaker>', 'the speaker')
      .requiredOption('--out <dir>', 'the folder, which must not exist')
      .action(exportData),
    clientCommand('evidence', 'show what is kept of an erased person: that they consented and were erased')
      .argument('<speaker>', 'the id that was erased')
      .action(evidence),
    writeCommand('hold', 'set or lift a legal hold: nothing of the speaker may be destroyed under it')
      .argument('<speaker>', 'the speaker, known or not')
      .requiredOption('--reference <text>', "a file number of your own; nobody's name")
      .option('--lift', 'lift it', false)
      .action(hold),
  ];
}

async function erase(speakerId: string, options: EraseOptions): Promise<void> {
  const { onBehalfOf, idempotencyKey } = options;
  const request = { speakerId, onBehalfOf, idempotencyKey };
  const response = await connected(options, ({ consent }) => consent.eraseSpeaker(request));
  answer(options, EraseSpeakerResponse.toJSON(response), describeReceipt(response.receipt));
}

async function exportData(speakerId: string, options: ExportOptions): Promise<void> {
  const { out } = options;
  const files: string[] = [];
  await connected(options, async ({ consent }) => {
    let opened: FileHandle | undefined;
    try {
      for await (const { message } of consent.exportSpeakerData({ speakerId })) {
        // The folder comes with the first file: a refused request leaves none.
        if (message?.$case === 'file') {
          if (files.length === 0) await mkdir(out, { mode: 0o700 });
          await opened?.close();
          files.push(join(out, basename(message.value.name)));
          opened = await open(files.at(-1) ?? '', 'wx', 0o600);
        } else if (message?.$case === 'data') await opened?.writeFile(message.value);
      }
    } finally {
      await opened?.close();
    }
  });
  answer(options, { files }, files.join('\n'));
}

async function evidence(speakerId: string, options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ consent }) => consent.getErasureEvidence({ speakerId }));
  const text = [`speaker  ${isolated(speakerId)}`, ...response.records.map(describeEvidence)].join('\n\n');
  answer(options, GetErasureEvidenceResponse.toJSON(response), text);
}

async function hold(speakerId: string, options: HoldOptions): Promise<void> {
  const { reference, lift, idempotencyKey } = options;
  const state = SpeakerState.LEGAL_HOLD;
  const request = { speakerId, state, inForce: !lift, reference, idempotencyKey };
  const response = await connected(options, ({ consent }) => consent.setSpeakerState(request));
  answer(options, SetSpeakerStateResponse.toJSON(response), describeStates(response.states));
}

function describeReceipt(receipt: ErasureReceipt | undefined): string {
  if (receipt === undefined) return '';
  const { destroyed } = receipt;
  const count = (number = 0, what: string) => `${number} ${what}`;
  return fields([
    ['erased', `${receipt.erasedAt?.toISOString() ?? ''} (${word(receipt.cause, 'ERASURE_CAUSE')})`],
    [
      'destroyed',
      [
        count(destroyed?.names, 'names'),
        count(destroyed?.dataKeys, 'data keys'),
        count(destroyed?.voiceprints, 'voiceprints'),
        count(destroyed?.speechKept, 'calls kept towards voiceprints'),
        count(destroyed?.trustPhrases, 'trust phrases'),
        count(destroyed?.fingerprints, 'fingerprints of calls'),
        count(destroyed?.consentDetails, 'details of consent'),
        count(destroyed?.claims, 'claims'),
        count(destroyed?.decisions, 'decisions'),
        count(destroyed?.outcomes, 'outcomes'),
        count(destroyed?.manifestRows, 'rows of manifests'),
      ].join(', '),
    ],
    ['shared decisions', count(destroyed?.decisionsRedacted, 'without this person now')],
    ['proved by', `entry ${receipt.chainPosition} of the chain, ${receipt.chainHash.toString('hex')}`],
    ['unrecoverable', `after ${receipt.unrecoverableAfter?.toISOString() ?? ''}`],
    ['evidence', `${receipt.evidenceId}, kept until ${receipt.evidenceUntil?.toISOString() ?? ''}`],
    ['opt-out', receipt.optOutStays ? 'stays' : 'none'],
  ]);
}

function describeEvidence({ receipt, consentEvents }: ErasureEvidence): string {
  const rows = consentEvents.map((event) => [
    String(event.chainPosition),
    event.type,
    event.occurredAt?.toISOString() ?? '',
    event.bodyJson,
  ]);
  return `${describeReceipt(receipt)}\n\n${table(['position', 'said', 'when', 'what the chain holds'], rows)}`;
}
