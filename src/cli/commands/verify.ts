import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { SourceProfile } from '../../gen/vouch/v1/common.js';
import { Decision, DecisionKind } from '../../gen/vouch/v1/decision.js';
import { ClaimMethod, TransactionRisk, VerifyRecordingResponse } from '../../gen/vouch/v1/verification.js';
import {
  audioFormatOptions,
  callerChannel,
  rawFormat,
  recordingFormat,
  type AudioFormatOptions,
} from '../audio-options.js';
import { inspectAudioFile } from '../audio-file.js';
import { writeCommand, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { describeDecision, describeEvent } from '../describe.js';
import { LiveLine } from '../live-line.js';
import { collect, enumOption, positiveNumber } from '../options.js';
import { answer } from '../output.js';
import { recordingRequests, streamFile, streamFormat } from '../streaming.js';

interface VerifyOptions extends WriteOptions, AudioFormatOptions {
  readonly speaker: readonly string[];
  readonly recording?: boolean;
  readonly pace?: number;
  readonly callId?: string;
  readonly agent?: string;
  readonly policy?: string;
  readonly method: ClaimMethod;
  readonly source: SourceProfile;
  readonly risk: TransactionRisk;
  readonly shadow?: boolean;
}

/** `vouch verify`: is this the voice of that speaker? */
export function verifyCommand(): Command {
  const command = writeCommand(
    'verify',
    'ask whether a file is the voice of a speaker (exit code 2: not accepted)',
  )
    .argument('<file>', 'WAV to stream as a call; with --recording any common format')
    .addOption(
      new Option('--speaker <id>', 'the claimed speaker; may be given several times')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--recording', 'send the file whole instead of streaming it as a call')
    .option('--pace <times>', 'stream at so many times real time, in 20 ms frames', positiveNumber)
    .option('--call-id <id>', "the call's id; a random one without it")
    .option('--agent <id>', 'the agent who handles the call')
    .option('--policy <id>', "the policy to apply; the tenant's default without it")
    .option('--shadow', 'record the decision, do not act on it')
    .addOption(
      enumOption('--method <method>', 'how the claim became known', ClaimMethod).default(
        ClaimMethod.UNSPECIFIED,
        'not stated',
      ),
    )
    .addOption(
      enumOption('--source <source>', 'where the audio comes from', SourceProfile).default(
        SourceProfile.UNSPECIFIED,
        'not known',
      ),
    )
    .addOption(
      enumOption('--risk <risk>', 'what is at stake', TransactionRisk).default(
        TransactionRisk.UNSPECIFIED,
        'ordinary',
      ),
    );
  return audioFormatOptions(command).action(async (file: string, options: VerifyOptions) => {
    const accepted =
      options.recording === true ? await verifyRecording(file, options) : await verifyCall(file, options);
    if (!accepted) process.exitCode = 2;
  });
}

async function verifyCall(path: string, options: VerifyOptions): Promise<boolean> {
  const file = await inspectAudioFile(path, rawFormat(options));
  const callId = options.callId ?? randomUUID();
  const line = new LiveLine(process.stdout);
  let decision: Decision | undefined;
  await connected(options, async (connection) => {
    const start = {
      callId,
      format: streamFormat(file, callerChannel(file, options)),
      source: options.source,
      agentId: options.agent ?? '',
      policyId: options.policy ?? '',
      shadow: options.shadow ?? false,
      context: { transactionRisk: options.risk },
      claims: claimsOf(options),
    };
    for await (const event of streamFile(connection, start, file, { pace: options.pace })) {
      if (event.event?.$case === 'decision') decision = event.event.value;
      if (options.json === true) continue;
      if (event.event?.$case === 'progress') line.show(describeEvent(event));
      else line.write(describeEvent(event));
    }
  });
  line.clear();
  const told = decision === undefined ? 'no decision is shown to this role' : describeDecision(decision);
  const json = { callId, decision: decision === undefined ? null : Decision.toJSON(decision) };
  answer(options, json, `\ncall        ${callId}\n${told}`);
  return decision?.kind === DecisionKind.ACCEPT;
}

async function verifyRecording(path: string, options: VerifyOptions): Promise<boolean> {
  const response = await connected(options, ({ verification }) =>
    verification.verifyRecording(
      recordingRequests(
        {
          claims: claimsOf(options),
          format: recordingFormat(options),
          callerChannel: options.channel,
          source: options.source,
          policyId: options.policy ?? '',
          context: { transactionRisk: options.risk },
          idempotencyKey: options.idempotencyKey,
        },
        path,
      ),
    ),
  );
  const { decision, container, codec, audioMs } = response;
  const told = decision === undefined ? 'no decision is shown to this role' : describeDecision(decision);
  answer(
    options,
    VerifyRecordingResponse.toJSON(response),
    `${told}\nrecording    ${container}, ${codec}, ${audioMs} ms`,
  );
  return decision?.kind === DecisionKind.ACCEPT;
}

function claimsOf(options: VerifyOptions) {
  return options.speaker.map((speakerId) => ({ speakerId, method: options.method }));
}
