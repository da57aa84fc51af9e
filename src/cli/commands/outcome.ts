import { Argument, type Command } from 'commander';
import { Outcome, ReportOutcomeResponse } from '../../gen/vouch/v1/verification.js';
import { newCommand, writeCommand, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { kebab, readEnum, readTime } from '../options.js';
import { answer } from '../output.js';

interface OutcomeOptions extends WriteOptions {
  readonly occurredAt?: Date;
}

/** `vouch outcome`: what turned out to be true. */
export function outcomeCommand(): Command {
  const outcomes = Object.keys(Outcome).filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED');
  return newCommand('outcome', 'report what happened after a decision').addCommand(
    writeCommand('report', 'report what turned out to be true: the only way to real error rates')
      .argument('<decisionId>', 'the decision')
      .addArgument(
        new Argument('<outcome>', outcomes.map(kebab).join(', ')).argParser((text) =>
          readEnum(text, Outcome),
        ),
      )
      .option('--occurred-at <time>', 'when; now without it', readTime)
      .action(async (decisionId: string, outcome: Outcome, options: OutcomeOptions) => {
        const { occurredAt, idempotencyKey } = options;
        const response = await connected(options, ({ verification }) =>
          verification.reportOutcome({ decisionId, outcome, occurredAt, idempotencyKey }),
        );
        answer(options, ReportOutcomeResponse.toJSON(response), `recorded as ${response.outcomeId}`);
      }),
  );
}
