import type { Page } from 'playwright-core';
import type { Role } from '../../src/domain/principal.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { NoticeChannel } from '../../src/gen/vouch/v1/consent.js';
import { OverrideAction, OverrideReason } from '../../src/gen/vouch/v1/verification.js';
import { manifest } from './batch.js';
import type { TestTenant } from './caller.js';
import { go } from './console.js';

/** A page of the console, as the tests reach it. */
export interface Route {
  /** Who looks at it; absent: an administrator. */
  readonly role?: Role;
  /** Brings the page there; absent: its address is its path. */
  readonly reach?: (page: Page) => Promise<void>;
}

const at =
  (hash: string) =>
  (page: Page): Promise<void> =>
    go(page, hash);

/** All pages by their paths in the console's own table; {@link fillConsole} gives them something to show. */
export const ROUTES: Readonly<Record<string, Route>> = {
  speakers: {},
  'speakers/:id': { reach: at('#/speakers/allison_en') },
  consent: { reach: at('#/consent?speaker=kim') },
  'consent/list': {},
  notices: {},
  'drafts/:key': {
    reach: async (page) => {
      await go(page, '#/notices');
      await page.getByRole('button', { name: 'Begin with a template' }).click();
      await page.getByRole('button', { name: 'Publish…' }).waitFor();
    },
  },
  'notices/:id/:version': { reach: at('#/notices/voice/1') },
  'notices/:id/:version/:other': { reach: at('#/notices/voice/2/1') },
  reviews: {},
  erasures: {},
  retention: {},
  enrol: {},
  batches: {},
  'batches/:id': {
    reach: async (page) => {
      await go(page, '#/batches');
      const buffer = manifest([{ file: 'none.wav', speaker: 'kim', consent_reference: 'archive/1' }]);
      await page.getByLabel('Manifest').setInputFiles({ name: 'm.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Start the job' }).click();
      await page.getByText('1 of 1 rows have their result').waitFor();
    },
  },
  moving: {},
  notifications: {},
  board: {},
  'calls/:id': { reach: at('#/calls/overridden') },
  policies: {},
  'new-policy': {},
  'policies/:id': { reach: at('#/policies/default') },
  'policies/:id/edit': { reach: at('#/policies/default/edit') },
  calibrations: {},
  audit: { role: 'PRIVACY_OFFICER' },
  'audit/check': {},
  'audit/access': { role: 'PRIVACY_OFFICER' },
  system: {},
  keys: {},
  'api-keys': {},
};

/** A tenant with something on every page: people, a call that was overridden, a review that waits, two versions of a notice. */
export async function fillConsole(tenant: TestTenant): Promise<void> {
  await tenant.enrol('allison_en');
  await tenant.grant('lee');
  for (const speakerId of ['allison_en', 'lee'])
    await tenant.enrolment.setSpeakerAccount({ speakerId, accountId: 'a', idempotencyKey: speakerId });
  await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'lee' });
  await overriddenCall(tenant);
  await tenant.optOut('opted out');
  await tenant.consent.publishNotice({
    notice: {
      noticeId: 'voice',
      version: 2,
      language: 'en',
      channel: NoticeChannel.AGENT_SCRIPT,
      text: 'May we recognise you by your voice? We keep it for a year.',
      purposes: [Purpose.VERIFY],
      controllerEntity: 'Acme Bank',
      retentionDays: 365,
    },
    idempotencyKey: 'voice 2',
  });
}

/** A call that was rejected, and served all the same. */
export async function overriddenCall(tenant: TestTenant): Promise<void> {
  const call = tenant.open(['allison_en'], { callId: 'overridden', agentId: 'anna' });
  await call.speech('paola_it/call-1.wav');
  await call.end();
  await tenant.verification.overrideDecision({
    callId: call.callId,
    decisionId: call.decision.decisionId,
    action: OverrideAction.PROCEEDED,
    reason: OverrideReason.OTHERWISE_IDENTIFIED,
    note: 'Her <b>manager</b> knows her',
    onBehalfOf: 'anna',
    idempotencyKey: 'o',
  });
}
