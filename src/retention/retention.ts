import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { RetentionItem } from '../domain/retention.js';
import type { RetentionParts } from './parts.js';
import { runRetention } from './run.js';

/** Retention when somebody asks for it; every day it runs by itself, see timer.ts. */
export class Retention {
  constructor(
    private readonly parts: RetentionParts,
    private readonly clock: Clock,
  ) {}

  /** As runRetention, in the principal's tenant and name, as of now. */
  run(principal: Principal, dryRun: boolean): AsyncGenerator<RetentionItem> {
    return runRetention(this.parts, principal.tenantId, { acting: principal, now: this.clock.now(), dryRun });
  }
}
