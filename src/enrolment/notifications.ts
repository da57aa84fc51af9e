import { z } from 'zod';
import { appendEntry } from '../audit/index.js';
import type { Clock } from '../domain/clock.js';
import type { VoiceprintStatus } from '../domain/people.js';
import type { Principal } from '../domain/principal.js';
import { findLedgerHead, listNamedLedger, type Database } from '../storage/index.js';

/** What speakers can be told of. */
const TYPES = [
  'VOICEPRINT_CREATED',
  'VOICEPRINT_APPROVED',
  'VOICEPRINT_REJECTED',
  'VOICEPRINT_DELETED',
  'VOICEPRINT_ADAPTED',
  'VOICEPRINT_ROLLED_BACK',
] as const;

export interface Notification {
  /** In the chain; rises. */
  readonly position: number;
  readonly type: (typeof TYPES)[number];
  readonly speakerId: string;
  readonly voiceprintId: string;
  readonly label: string;
  readonly version: number;
  /** That it was left with; null once it is destroyed. */
  readonly status: VoiceprintStatus | null;
  readonly at: Date;
}

export interface NotificationPage {
  readonly notifications: readonly Notification[];
  /** Where to ask from next time. */
  readonly lastPosition: number;
}

const bodySchema = z.object({
  voiceprintId: z.string(),
  label: z.string(),
  version: z.int(),
  status: z.enum(['PENDING', 'ACTIVE', 'QUARANTINED', 'SUPERSEDED']).nullable().default(null),
});

/**
 * What was done with voiceprints, for whoever tells their speakers. Read from the chain: an entry is there if and only if
 * it was done, none ever becomes visible before an earlier one, and so nobody who asks again misses any.
 */
export class Notifications {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * What came after a position. That somebody was told is recorded.
   *
   * @param limit - 1 to 1000
   */
  async list(principal: Principal, after: number, limit: number): Promise<NotificationPage> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const head = (await findLedgerHead(tx))?.position ?? 0;
      const rows = await listNamedLedger(tx, { types: TYPES, after, upTo: head, limit });
      const lastPosition = rows.length < limit ? Math.max(head, after) : (rows.at(-1)?.position ?? after);
      const notifications = rows.flatMap(({ speakerId, position, type, occurredAt, body }) => {
        // Of those who were erased nobody can be told anything.
        if (speakerId === null) return [];
        const told = bodySchema.parse(JSON.parse(body));
        return [{ ...told, position, type: type as Notification['type'], speakerId, at: occurredAt }];
      });
      if (notifications.length > 0) {
        await appendEntry(tx, principal, {
          kind: 'AUDIT',
          type: 'NOTIFICATIONS_LISTED',
          subjectRef: null,
          recordedAt: this.clock.now(),
          body: { count: notifications.length },
        });
      }
      return { notifications, lastPosition };
    });
  }
}
