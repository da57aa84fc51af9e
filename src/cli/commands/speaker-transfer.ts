import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  CreateTransferKeyResponse,
  ExportSummary,
  ImportSummary,
  LeftOutSpeaker,
  TransferKey,
  type DeepPartial,
  type ImportSpeakersRequest,
} from '../../gen/vouch/v1/transfer.js';
import { clientCommand, writeCommand, type ClientOptions, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { wholeNumber } from '../options.js';
import { answer, isolated, word } from '../output.js';

type KeyOptions = WriteOptions & { readonly days: number; readonly out: string };
type ExportOptions = ClientOptions & { readonly to: string; readonly out: string };
type ImportOptions = ClientOptions & { readonly from: string };

/** What of `vouch speakers` moves them from one installation to another. */
export function speakerTransferCommands(): Command[] {
  return [
    writeCommand('receive-key', 'make a key under which another installation seals its speakers for this one')
      .option('--days <n>', 'how long it lives', wholeNumber(1), 7)
      .requiredOption('--out <file>', 'where the key goes, which is to be sent to the other side')
      .action(receiveKey),
    clientCommand('export-sealed', 'seal all speakers for the holder of a key')
      .requiredOption('--to <file>', 'the key that `receive-key` made there')
      .requiredOption('--out <file>', 'the file, which must not exist')
      .action(exportSealed),
    clientCommand('import-sealed', 'take in speakers whom another installation sealed for this one')
      .argument('<file>', 'what `export-sealed` wrote there')
      .requiredOption(
        '--from <file>',
        "the other installation's public key (`vouch audit anchor --public-key` there)",
      )
      .action(importSealed),
  ];
}

async function receiveKey({ days, out, idempotencyKey, ...options }: KeyOptions): Promise<void> {
  const response = await connected(options, ({ transfer }) =>
    transfer.createTransferKey({ days, idempotencyKey }),
  );
  const { key, expiresAt } = response;
  if (key === undefined) return;
  await writeFile(out, `${JSON.stringify(TransferKey.toJSON(key), null, 2)}\n`);
  const until = expiresAt?.toISOString() ?? '';
  const text = `${out}: good until ${until}\nfingerprint ${fingerprint(key)}; the other side must see the same`;
  answer(options, CreateTransferKeyResponse.toJSON(response), text);
}

/** The file has its name once it is whole. */
async function exportSealed({ to, out, ...options }: ExportOptions): Promise<void> {
  const key = TransferKey.fromJSON(JSON.parse(await readFile(to, 'utf8')));
  const unfinished = `${out}.part`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await connected(options, async ({ transfer }) => {
      for await (const { message } of transfer.exportSpeakers({ key })) {
        if (message?.$case === 'data') await file.writeFile(message.value);
        else if (message?.$case === 'leftOut') tellLeftOut(options, message.value);
        else if (message?.$case === 'summary') {
          await file.sync();
          await rename(unfinished, out);
          const { speakers, withVoiceprints, leftOut } = message.value;
          const text = `${out}: ${speakers} speakers, ${withVoiceprints} with voiceprints, ${leftOut} left out; for ${fingerprint(key)}`;
          answer(options, ExportSummary.toJSON(message.value), text);
        }
      }
    });
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
}

async function importSealed(file: string, { from, ...options }: ImportOptions): Promise<void> {
  const exporterPublicKeyPem = await readFile(from, 'utf8');
  await connected(options, async ({ transfer }) => {
    for await (const { message } of transfer.importSpeakers(requests(file, exporterPublicKeyPem))) {
      if (message?.$case === 'leftOut') tellLeftOut(options, message.value);
      else if (message?.$case === 'summary') {
        const { speakers, voiceprints, leftOut } = message.value;
        const text = `${speakers} speakers with ${voiceprints} voiceprints are here now, ${leftOut} were left out`;
        answer(options, ImportSummary.toJSON(message.value), text);
      }
    }
  });
}

async function* requests(
  file: string,
  exporterPublicKeyPem: string,
): AsyncGenerator<DeepPartial<ImportSpeakersRequest>> {
  yield { message: { $case: 'start', value: { exporterPublicKeyPem } } };
  for await (const piece of createReadStream(file, { highWaterMark: 262_144 })) {
    yield { message: { $case: 'data', value: piece as Buffer } };
  }
}

function tellLeftOut(options: ClientOptions, speaker: LeftOutSpeaker): void {
  const why = word(speaker.reason, 'LEFT_OUT_REASON').toLowerCase().replaceAll('_', ' ');
  answer(options, LeftOutSpeaker.toJSON(speaker), `left out ${isolated(speaker.speakerId)}: ${why}`);
}

/** What two people can read to each other. */
function fingerprint({ publicKey }: TransferKey): string {
  const hash = createHash('sha256').update(publicKey).digest('hex').slice(0, 32);
  return hash.match(/.{4}/g)?.join(' ') ?? '';
}
