import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ProofingStrength, type Evidence, type IdentityProofing } from '../gen/vouch/v1/common.js';
import { UsageError } from './failure.js';
import { enumOption, readSha256, readTime } from './options.js';

export interface EvidenceOptions {
  readonly evidenceType?: string;
  readonly evidenceReference?: string;
  readonly evidenceFile?: string;
  readonly evidenceSha256?: Buffer;
}

/** Options that say what stands behind a statement. */
export function evidenceOptions(command: Command): Command {
  return command
    .option('--evidence-type <type>', 'what stands behind it: recording, signed-document, ...')
    .option('--evidence-reference <text>', 'where the controller keeps it')
    .option('--evidence-file <file>', 'the thing itself: only its SHA-256 is sent')
    .option('--evidence-sha256 <hex>', 'its SHA-256', readSha256);
}

/** The evidence; undefined where none was named. */
export async function readEvidence(options: EvidenceOptions): Promise<Evidence | undefined> {
  const { evidenceType, evidenceReference, evidenceFile, evidenceSha256 } = options;
  if (evidenceType === undefined) {
    if (evidenceReference !== undefined || evidenceFile !== undefined || evidenceSha256 !== undefined) {
      throw new UsageError('Evidence needs --evidence-type.');
    }
    return undefined;
  }
  const sha256 =
    evidenceFile === undefined
      ? (evidenceSha256 ?? Buffer.alloc(0))
      : createHash('sha256')
          .update(await readFile(evidenceFile))
          .digest();
  return { type: evidenceType, reference: evidenceReference ?? '', sha256 };
}

export interface ProofingOptions {
  readonly proofingMethod?: string;
  readonly proofingStrength: ProofingStrength;
  readonly proofingActor?: string;
  readonly proofingReference?: string;
  readonly proofedAt?: Date;
}

/** Options that say how it was established who the person is. */
export function proofingOptions(command: Command): Command {
  return command
    .option(
      '--proofing-method <method>',
      'how it was established who the person is: branch-visit, document, ...',
    )
    .addOption(
      enumOption('--proofing-strength <strength>', 'how strong that is', ProofingStrength).default(
        ProofingStrength.LOW,
        'low',
      ),
    )
    .option('--proofing-actor <id>', 'who established it')
    .option('--proofing-reference <text>', "the controller's reference, for example a ticket")
    .option('--proofed-at <time>', 'when; now without it', readTime);
}

/** The proofing; undefined where none was named. */
export function readProofing(options: ProofingOptions): IdentityProofing | undefined {
  const { proofingMethod, proofingStrength, proofingActor, proofingReference, proofedAt } = options;
  if (proofingMethod === undefined) return undefined;
  return {
    method: proofingMethod,
    strength: proofingStrength,
    actor: proofingActor ?? '',
    reference: proofingReference ?? '',
    provedAt: proofedAt ?? new Date(),
  };
}
