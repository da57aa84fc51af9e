import type { Command } from 'commander';
import {
  EvaluateCallResponse,
  GetCallResponse,
  OverrideAction,
  OverrideDecisionResponse,
  OverrideReason,
  PauseCallResponse,
  ResumeCallResponse,
} from '../../gen/vouch/v1/verification.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { describeDecision } from '../describe.js';
import { enumOption, wholeNumber } from '../options.js';
import { answer, fields, isolated, word } from '../output.js';

/** `vouch call`: what may be asked of a call beside its stream. */
export function callCommand(): Command {
  return newCommand('call', 'show, pause, resume or evaluate a call, or override its decision')
    .addCommand(
      clientCommand('show', 'tell where a call stands').argument('<callId>', 'the call').action(show),
    )
    .addCommand(
      writeCommand('pause', 'drop the audio of a call from now on; works before its stream exists, too')
        .argument('<callId>', 'the call')
        .option('--reason <word>', 'why', 'card-payment')
        .action(pause),
    )
    .addCommand(writeCommand('resume', 'end a pause').argument('<callId>', 'the call').action(resume))
    .addCommand(
      writeCommand('evaluate', 'take the decision as of now, for the moment before money moves')
        .argument('<callId>', 'the call')
        .option('--since <ms>', "only speech from this time of the call's audio clock on", wholeNumber(0))
        .action(evaluate),
    )
    .addCommand(
      writeCommand('override', 'tell that you did otherwise than a decision suggested, and why')
        .argument('<callId>', 'the call')
        .argument('<decisionId>', 'the decision')
        .addOption(enumOption('--action <action>', 'what was done', OverrideAction).makeOptionMandatory())
        .addOption(enumOption('--reason <reason>', 'why', OverrideReason).makeOptionMandatory())
        .option('--note <text>', 'in words', '')
        .option('--on-behalf-of <id>', 'who did it, where that is somebody else', '')
        .action(override),
    );
}

async function show(callId: string, options: ClientOptions): Promise<void> {
  const call = await connected(options, ({ verification }) => verification.getCall({ callId }));
  const state = word(call.state, 'CALL_STATE').toLowerCase();
  const text = fields([
    ['call', isolated(call.callId)],
    ['state', `${state}${call.paused ? ', paused' : ''}${call.shadow ? ', shadow' : ''}`],
    ['started', call.startedAt?.toISOString()],
    ['ended', call.endedAt?.toISOString()],
  ]);
  const decision = call.decision === undefined ? '' : `\n${describeDecision(call.decision)}`;
  answer(options, GetCallResponse.toJSON(call), text + decision);
}

async function pause(callId: string, options: WriteOptions & { reason: string }): Promise<void> {
  const { reason, idempotencyKey } = options;
  const response = await connected(options, ({ verification }) =>
    verification.pauseCall({ callId, reason, idempotencyKey }),
  );
  const live = response.wasLive ? 'its buffers are empty' : 'it is not live here; it will start paused';
  answer(options, PauseCallResponse.toJSON(response), `paused; ${live}`);
}

async function resume(callId: string, options: WriteOptions): Promise<void> {
  const { idempotencyKey } = options;
  const response = await connected(options, ({ verification }) =>
    verification.resumeCall({ callId, idempotencyKey }),
  );
  answer(options, ResumeCallResponse.toJSON(response), 'resumed');
}

interface OverrideOptions extends WriteOptions {
  readonly action: OverrideAction;
  readonly reason: OverrideReason;
  readonly note: string;
  readonly onBehalfOf: string;
}

async function override(callId: string, decisionId: string, options: OverrideOptions): Promise<void> {
  const { action, reason, note, onBehalfOf, idempotencyKey } = options;
  const response = await connected(options, ({ verification }) =>
    verification.overrideDecision({
      callId,
      decisionId,
      action,
      reason,
      note,
      onBehalfOf,
      idempotencyKey,
    }),
  );
  const text = `recorded as ${response.overrideId}, entry ${response.chainPosition} of the audit trail`;
  answer(options, OverrideDecisionResponse.toJSON(response), text);
}

async function evaluate(callId: string, options: WriteOptions & { since?: number }): Promise<void> {
  const { since, idempotencyKey } = options;
  const response = await connected(options, ({ verification }) =>
    verification.evaluateCall({ callId, sinceMediaMs: since, idempotencyKey }),
  );
  const text = response.decision === undefined ? 'no decision' : describeDecision(response.decision);
  answer(options, EvaluateCallResponse.toJSON(response), text);
}
