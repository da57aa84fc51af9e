import type { ErasureEvidence, ErasureReceipt } from '../domain/rights.js';
import * as proto from '../gen/vouch/v1/consent.js';
import { toProto } from './enums.js';

export function writeErasureReceipt(receipt: ErasureReceipt): proto.ErasureReceipt {
  const { cause, ...told } = receipt;
  return {
    ...told,
    chainHash: Buffer.from(receipt.chainHash, 'hex'),
    cause: toProto(proto.ErasureCause, cause),
  };
}

export function writeErasureEvidence({ receipt, consentEvents }: ErasureEvidence): proto.ErasureEvidence {
  return {
    receipt: writeErasureReceipt(receipt),
    consentEvents: consentEvents.map(({ body, details, chainHash, ...event }) => ({
      ...event,
      chainHash: Buffer.from(chainHash, 'hex'),
      bodyJson: body,
      detailsJson: details,
    })),
  };
}
