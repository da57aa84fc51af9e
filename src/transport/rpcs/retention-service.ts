import * as proto from '../../gen/vouch/v1/retention.js';
import { toProto } from '../enums.js';
import { idempotencyKey, required } from '../validate.js';
import { writeErasureReceipt } from '../write-rights.js';
import type { TransportParts, WithPrincipal } from './parts.js';

/** RetentionService: for privacy officers and administrators. */
export function retentionService(parts: TransportParts): proto.RetentionServiceImplementation<WithPrincipal> {
  const { retention, retentionPolicies, poller } = parts;
  return {
    getRetentionPolicy: async (_request, { principal }) => {
      return retentionPolicies.current(principal.tenantId);
    },

    putRetentionPolicy: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      return { version: await retentionPolicies.put(principal, required(request.policy, 'policy'), key) };
    },

    runRetention: async function* ({ dryRun }, { principal }) {
      for await (const { kind, rule, receipt, ...item } of retention.run(principal, dryRun)) {
        yield {
          ...item,
          kind: toProto(proto.RetentionKind, kind),
          rule: toProto(proto.RetentionRule, rule),
          receipt: receipt ? writeErasureReceipt(receipt) : undefined,
        };
      }
      if (!dryRun) await poller.poke();
    },
  };
}
