import type { NoticeVersion } from './notices.js';

export interface DraftWording {
  readonly language: string;
  readonly channel: string;
  readonly text: string;
}

/** A notice that is being written. */
export interface Draft {
  readonly noticeId: string;
  readonly version: number;
  readonly controllerEntity: string;
  readonly retentionDays: number;
  readonly requiresNewConsent: boolean;
  readonly newConsentGraceDays: number;
  readonly purposes: readonly string[];
  readonly wordings: readonly DraftWording[];
  readonly changedAt: string;
}

export function emptyDraft(): Draft {
  return {
    noticeId: '',
    version: 1,
    controllerEntity: '',
    retentionDays: 1095,
    requiresNewConsent: false,
    newConsentGraceDays: 60,
    purposes: ['PURPOSE_VERIFY'],
    wordings: [{ language: 'en', channel: 'NOTICE_CHANNEL_AGENT_SCRIPT', text: '' }],
    changedAt: new Date().toISOString(),
  };
}

/** The version after one that is published, with the same words to begin with. */
export function nextDraft({ noticeId, version, wordings }: NoticeVersion): Draft {
  const { controllerEntity = '', retentionDays = 0, purposes = [] } = wordings[0]?.notice ?? {};
  return {
    ...emptyDraft(),
    noticeId,
    version: version + 1,
    controllerEntity,
    retentionDays,
    purposes,
    wordings: wordings.map(({ notice }) => ({
      language: notice.language ?? '',
      channel: notice.channel ?? '',
      text: notice.text ?? '',
    })),
  };
}

/** The drafts of a tenant in this browser; of two tabs that change one draft, the later change stays. */
export class Drafts {
  constructor(private readonly tenantId: string) {}

  list(): readonly (readonly [string, Draft])[] {
    return Object.entries(this.#read()).sort(([, a], [, b]) => (a.changedAt < b.changedAt ? 1 : -1));
  }

  get(key: string): Draft | undefined {
    return this.#read()[key];
  }

  add(draft: Draft): string {
    const key = Date.now().toString(36);
    this.put(key, draft);
    return key;
  }

  put(key: string, draft: Draft): void {
    this.#write({ ...this.#read(), [key]: { ...draft, changedAt: new Date().toISOString() } });
  }

  remove(key: string): void {
    this.#write(Object.fromEntries(Object.entries(this.#read()).filter(([each]) => each !== key)));
  }

  get #name(): string {
    return `vouch.drafts.${this.tenantId}`;
  }

  #read(): Record<string, Draft> {
    try {
      return JSON.parse(localStorage.getItem(this.#name) ?? '{}') as Record<string, Draft>;
    } catch {
      return {};
    }
  }

  #write(drafts: Record<string, Draft>): void {
    localStorage.setItem(this.#name, JSON.stringify(drafts));
  }
}
