import { readFileSync } from 'node:fs';
import { readManifest } from '../../../src/transport/read-manifest.js';
import { forwardedCertificate } from '../../../src/access/index.js';
import { decodeRecording, StreamDecoder } from '../../../src/audio/index.js';
import { parseKeys } from '../../../src/crypto/key-file.js';
import type { AudioFormat } from '../../../src/domain/audio.js';
import { VouchError } from '../../../src/errors.js';
import { CalibrationFile } from '../../../src/scoring/calibration-file.js';
import { policySchema } from '../../../src/tenant/policy-schema.js';
import { TransferReader } from '../../../src/transfer/sealed-file.js';
import { fixtureFile } from '../speech.js';
import { ROOT } from '../binary.js';
import type { Fuzz } from './fuzz.js';
import { authenticateAnyhow } from './tokens.js';

/** Reads an input; what it throws must be an error of ours. */
type Parser = (fuzz: Fuzz) => unknown;

const WAVE = fixtureFile('allison_en/call-1.wav').subarray(0, 4000);
const CALIBRATION = readFileSync(`${ROOT}/models/calibration/telephone-first.json`);
const MANIFEST = Buffer.from(
  'file,speaker,channel,label,consent_reference,recorded_at,proofing_method,proofing_strength,proofed_at\n' +
    'a.wav,ann,0,mobile,letter 1,2026-01-02T03:04:05Z,passport,HIGH,2026-01-02T03:04:05Z\n',
);
const KEYRING = Buffer.from('{"version":1,"tenants":{"acme":{"epochs":[{"id":"1","key":"AAAA"}]}}}');
const FORWARDED = Buffer.from(
  `By=spiffe://a/b;Hash=${'ab'.repeat(32)};Subject="CN=ivr,O=\\"x\\"";URI=spiffe://a/c;DNS=x.example`,
);
const TRANSFER = Buffer.concat([Buffer.from('vouch-transfer-1\n'), Buffer.alloc(400, 7)]);
/** What the containers that ffmpeg reads begin with. */
const CONTAINERS = ['OggS\0\x02', 'ID3\x04\0', 'fLaC\0\0\0\x22', '\0\0\0\x18ftypM4A '];

/** Everything that reads bytes from outside without a request around it. */
export const PARSERS: Readonly<Record<string, Parser>> = {
  'WAVE files': (fuzz) => decodeRecording({ bytes: fuzz.mutated(WAVE), ...channelOf(fuzz) }),
  'headerless audio': (fuzz) => decodeRecording({ bytes: fuzz.bytes(3000), format: formatOf(fuzz) }),
  'any bytes as a recording': (fuzz) => decodeRecording({ bytes: fuzz.bytes(3000), ...channelOf(fuzz) }),
  'audio of a stream': (fuzz) => {
    const decoder = new StreamDecoder(formatOf(fuzz));
    for (const piece of fuzz.cut(fuzz.bytes(3000))) {
      if (decoder.push(piece).some((sample) => !(sample >= -1 && sample <= 1)))
        throw new Error('A sample is out of range.');
    }
    decoder.finish();
  },
  manifests: async (fuzz) => {
    async function* pieces() {
      yield* fuzz.cut(fuzz.mutated(MANIFEST));
      await Promise.resolve();
    }
    for await (const row of readManifest(pieces()).rows)
      if (row.row > 1000) throw new Error('Rows came from nowhere.');
  },
  keyrings: (fuzz) => parseKeys(textOf(fuzz, KEYRING)),
  calibrations: (fuzz) => CalibrationFile.safeParse(jsonOf(fuzz, CALIBRATION)),
  policies: (fuzz) => policySchema.safeParse(jsonOf(fuzz, Buffer.from('{"targetFalseMatchRate":0.01}'))),
  'tokens and the headers around them': authenticateAnyhow,
  'certificates that a proxy tells of': (fuzz) => {
    const header = fuzz.pick([() => fuzz.text(), () => fuzz.mutated(FORWARDED).toString('latin1')])();
    const read = forwardedCertificate(header);
    const plain = (text: string) => text.replaceAll('\\', '');
    if (read?.uris.some((uri) => !plain(header).includes(plain(uri))) === true)
      throw new Error('A name came from nowhere.');
  },
  'sealed files': async (fuzz) => {
    async function* pieces() {
      yield* fuzz.cut(fuzz.mutated(TRANSFER));
      await Promise.resolve();
    }
    await TransferReader.begin(pieces(), fuzz.text(), () =>
      Promise.reject(new VouchError('TRANSFER_KEY_INVALID')),
    );
  },
};

/** A process is started for each of these: fewer of them. */
export const SLOW_PARSERS: Readonly<Record<string, Parser>> = {
  'containers for ffmpeg': (fuzz) =>
    decodeRecording({
      bytes: Buffer.concat([Buffer.from(fuzz.pick(CONTAINERS), 'latin1'), fuzz.bytes(3000)]),
    }),
};

/** Parses one input; throws what is no error of ours. */
export async function parseOne(parser: Parser, fuzz: Fuzz): Promise<void> {
  try {
    await parser(fuzz);
  } catch (error) {
    if (!(error instanceof VouchError) || error.reason === 'INTERNAL') throw error;
  }
}

function formatOf(fuzz: Fuzz): AudioFormat {
  return {
    encoding: fuzz.pick(['PCM_S16LE', 'MULAW', 'ALAW'] as const),
    sampleRateHz: fuzz.chance(0.8) ? fuzz.pick([8000, 11_025, 16_000, 44_100, 48_000]) : fuzz.number(),
    channels: fuzz.pick([1, 2] as const),
    callerChannel: fuzz.pick([0, 1, -1, 7]),
  };
}

function channelOf(fuzz: Fuzz): { callerChannel?: number } {
  return fuzz.chance(0.5) ? { callerChannel: fuzz.pick([0, 1, 2, -1, 31]) } : {};
}

function textOf(fuzz: Fuzz, original: Uint8Array): string {
  return fuzz.chance(0.2) ? fuzz.text() : fuzz.mutated(original).toString();
}

/** What JSON.parse makes of it; that it is none at all is for whoever calls the parser. */
function jsonOf(fuzz: Fuzz, original: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(fuzz, original));
  } catch {
    return fuzz.pick<unknown>([null, [], {}, '', 0, { __proto__: null }]);
  }
}
