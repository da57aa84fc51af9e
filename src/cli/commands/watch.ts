import type { Command } from 'commander';
import { CallEvent } from '../../gen/vouch/v1/verification.js';
import { clientCommand, type ClientOptions } from '../command.js';
import { connected } from '../connection.js';
import { describeEvent } from '../describe.js';
import { LiveLine } from '../live-line.js';
import { wholeNumber } from '../options.js';

interface WatchOptions extends ClientOptions {
  readonly after: number;
}

/** `vouch watch`: what happened in a call, and what happens. */
export function watchCommand(): Command {
  return clientCommand(
    'watch',
    'tell what happened in a call, then follow it to its end (--json: one object a line)',
  )
    .argument('<callId>', 'the call')
    .option('--after <sequence>', 'only what came after this event', wholeNumber(0), 0)
    .action(async (callId: string, options: WatchOptions) => {
      const line = new LiveLine(process.stdout);
      await connected(options, async ({ verification }) => {
        for await (const { event } of verification.watchCall({ callId, afterSequence: options.after })) {
          if (event === undefined) continue;
          if (options.json === true) console.log(JSON.stringify(CallEvent.toJSON(event)));
          else if (event.event?.$case === 'progress') line.show(describeEvent(event));
          else line.write(describeEvent(event));
        }
      }).finally(() => {
        line.clear();
      });
    });
}
