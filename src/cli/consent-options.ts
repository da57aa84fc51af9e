import { Option, type Command } from 'commander';
import { Purpose } from '../gen/vouch/v1/common.js';
import {
  Capacity,
  ConsentValue,
  ProcessingGround,
  SignatureMethod,
  type DeepPartial,
  type PurposeValue,
  type RecordConsentRequest,
} from '../gen/vouch/v1/consent.js';
import type { WriteOptions } from './command.js';
import {
  evidenceOptions,
  proofingOptions,
  readEvidence,
  readProofing,
  type EvidenceOptions,
  type ProofingOptions,
} from './evidence-options.js';
import { UsageError } from './failure.js';
import {
  enumOption,
  readEnumList,
  readSha256,
  readTime,
  readVersioned,
  textHash,
  wholeNumber,
} from './options.js';

export interface RecordOptions extends WriteOptions, EvidenceOptions, ProofingOptions {
  readonly grant?: Purpose[];
  readonly refuse?: Purpose[];
  readonly notAsked?: Purpose[];
  readonly ground: ProcessingGround;
  readonly controller: string;
  readonly jurisdiction: string;
  readonly notice?: { id: string; version: number };
  readonly language?: string;
  readonly textFile?: string;
  readonly textSha256?: Buffer;
  readonly occurredAt?: Date;
  readonly callId?: string;
  readonly mediaTimeMs?: number;
  readonly signature: SignatureMethod;
  readonly capacity: Capacity;
  readonly expiresAt?: Date;
  readonly doNotAskBefore?: Date;
  readonly onBehalfOf?: string;
  readonly liftsOptOut?: boolean;
}

/** Options for every field of RecordConsent. */
export function recordOptions(command: Command): Command {
  const purposes = (flags: string, text: string) =>
    new Option(flags, text).argParser((list) => readEnumList(list, Purpose));
  command
    .addOption(purposes('--grant <purposes>', 'what the person agreed to: verify, identify, adapt, ...'))
    .addOption(purposes('--refuse <purposes>', 'what the person refused'))
    .addOption(purposes('--not-asked <purposes>', 'what the person was not asked'))
    .requiredOption('--controller <name>', 'the entity that controls the data, as the notice names it')
    .requiredOption('--jurisdiction <law>', 'the law that applies: EU, US-IL, ...')
    .addOption(new Option('--notice <id@version>', 'the notice as given').argParser(readVersioned))
    .option('--language <tag>', "the notice's language, for example en-GB")
    .option('--text-file <file>', 'the text that was given: only its SHA-256 is sent')
    .option('--text-sha256 <hex>', 'its SHA-256', readSha256)
    .option('--occurred-at <time>', 'when the person said so; now without it', readTime)
    .option('--call-id <id>', 'the call in which it was said')
    .option('--media-time-ms <ms>', "when in that call's audio clock", wholeNumber(0))
    .addOption(
      enumOption('--ground <ground>', 'what the processing rests on', ProcessingGround).default(
        ProcessingGround.EXPLICIT_CONSENT,
        'explicit-consent',
      ),
    )
    .addOption(
      enumOption('--signature <method>', 'how the person signed', SignatureMethod).default(
        SignatureMethod.UNSPECIFIED,
        'not stated',
      ),
    )
    .addOption(
      enumOption('--capacity <capacity>', 'in what capacity the person spoke', Capacity).default(
        Capacity.SELF,
        'self',
      ),
    )
    .option('--expires-at <time>', 'when the consent ends by itself', readTime)
    .option('--do-not-ask-before <time>', 'nobody asks again before this time', readTime)
    .option('--on-behalf-of <id>', 'on whose behalf this is recorded')
    .option('--lifts-opt-out', "lift an earlier opt-out, at the person's own wish");
  return proofingOptions(evidenceOptions(command));
}

/** The request that the options make. Throws UsageError for what contradicts itself. */
export async function consentEntry(
  speakerId: string,
  options: RecordOptions,
): Promise<DeepPartial<RecordConsentRequest>> {
  return {
    speakerId,
    purposes: purposeValues(options),
    ground: options.ground,
    controllerEntity: options.controller,
    jurisdiction: options.jurisdiction,
    notice: await noticeReference(options),
    occurredAt: options.occurredAt ?? new Date(),
    callId: options.callId ?? '',
    mediaTimeMs: options.mediaTimeMs,
    evidence: await readEvidence(options),
    signatureMethod: options.signature,
    proofing: readProofing(options),
    capacity: options.capacity,
    expiresAt: options.expiresAt,
    doNotAskBefore: options.doNotAskBefore,
    onBehalfOf: options.onBehalfOf ?? '',
    liftsOptOut: options.liftsOptOut ?? false,
    idempotencyKey: options.idempotencyKey,
  };
}

function purposeValues({ grant = [], refuse = [], notAsked = [] }: RecordOptions): PurposeValue[] {
  const values = [
    ...grant.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
    ...refuse.map((purpose) => ({ purpose, value: ConsentValue.REFUSED })),
    ...notAsked.map((purpose) => ({ purpose, value: ConsentValue.NOT_ASKED })),
  ];
  if (values.length === 0) throw new UsageError('Nothing was said: give --grant, --refuse or --not-asked.');
  if (new Set(values.map(({ purpose }) => purpose)).size < values.length) {
    throw new UsageError('A purpose has one value: granted, refused or not asked.');
  }
  return values;
}

/** A refusal needs no notice. */
async function noticeReference(options: RecordOptions) {
  const { notice, language, textFile, textSha256 } = options;
  if (notice === undefined) return undefined;
  if (language === undefined) throw new UsageError('--notice needs --language, the one that was given.');
  const hash = await textHash(textFile, textSha256);
  return { noticeId: notice.id, version: notice.version, language, textSha256: hash };
}
