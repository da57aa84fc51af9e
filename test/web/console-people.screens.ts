import { fileURLToPath } from 'node:url';
import test from 'ava';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue, NoticeChannel, SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { Imports, manifest } from '../helpers/batch.js';
import { browserOfFile } from '../helpers/browser.js';
import type { TestTenant } from '../helpers/caller.js';
import { answer, go, openConsole } from '../helpers/console.js';
import { serviceOfFile } from '../helpers/ground.js';
import { takeScreens, type Screen } from '../helpers/screens.js';

const fixture = (path: string) => fileURLToPath(new URL(`../../../fixtures/${path}`, import.meta.url));

const imports = new Imports();
const service = serviceOfFile({ VOUCH_IMPORT_DIR: imports.directory, VOUCH_TRANSFERS: 'on' });
const newPage = browserOfFile(fixture('allison_en/enrol.wav'));

test.after.always('remove the imports', () => imports.remove());

const at = (name: string, hash: string, narrow = false): Screen => ({
  name,
  narrow,
  reach: (page) => go(page, hash),
});

const SPEAKER = '#/speakers/customer-4711';

/** The console's pages on people's data, in the order of docs/console.md. */
const SCREENS: readonly Screen[] = [
  at('console-start', '#/', true),
  at('console-notices', '#/notices'),
  {
    name: 'console-draft',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Begin with a template' }).click();
      await page.getByRole('button', { name: 'Publish…' }).waitFor();
    },
  },
  at('console-compare', '#/notices/greeting/2/1'),
  {
    name: 'console-record',
    narrow: true,
    reach: async (page) => {
      await go(page, '#/consent?speaker=customer-4713');
      await page.getByLabel('How their identity was proved').selectOption('One-time code');
    },
  },
  at('console-speakers', '#/speakers'),
  at('console-speaker', SPEAKER, true),
  {
    name: 'console-withdraw',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Withdraw…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'console-enrol',
    reach: (page) => go(page, '#/enrol?speaker=customer-4712'),
  },
  {
    name: 'console-recording',
    narrow: true,
    reach: async (page) => {
      await page.getByLabel('Record here').check();
      await page.getByRole('button', { name: 'Start recording' }).click();
      await page.getByText(/[5-9]\.\d s of/).waitFor();
    },
  },
  {
    name: 'console-batch',
    reach: async (page) => {
      await go(page, '#/batches');
      const buffer = manifest([
        {
          file: 'allison_en/enrol.wav',
          speaker: 'customer-4711',
          consent_reference: 'archive/1',
          label: 'branch',
        },
        { file: 'missing.wav', speaker: 'customer-4711', consent_reference: 'archive/1', label: 'landline' },
      ]);
      await page.getByLabel('Manifest').setInputFiles({ name: 'm.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Start the job' }).click();
      await page.getByText('2 of 2 rows have their result').waitFor();
    },
  },
  at('console-batches', '#/batches'),
  {
    name: 'console-consent-list',
    reach: async (page) => {
      await go(page, '#/consent/list');
      const rows = [
        'speaker,occurred_at,evidence_type,evidence_reference',
        'customer-4720,2025-02-03T10:00:00Z,recording,contact/8f14e45f',
        'customer-4714,2025-02-03T10:00:00Z,recording,contact/c9f0f895',
      ];
      const buffer = Buffer.from(rows.join('\n'));
      await page
        .getByLabel('List', { exact: true })
        .setInputFiles({ name: 'consents.csv', mimeType: 'text/csv', buffer });
      await page.getByLabel('Verify: make, keep').selectOption('Yes');
      await page.getByRole('button', { name: 'Record them all' }).click();
      await page.getByText('2 of 2 rows have their result').waitFor();
    },
  },
  {
    name: 'console-moving',
    narrow: true,
    reach: async (page) => {
      await go(page, '#/moving');
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByText('Send its file to the other side').waitFor();
    },
  },
  at('console-reviews', '#/reviews'),
  at('console-notifications', '#/notifications'),
  {
    name: 'console-retention',
    reach: async (page) => {
      await go(page, '#/retention');
      await page.getByRole('button', { name: 'Show what is due' }).click();
      await page.getByText('Nothing is due.').waitFor();
    },
  },
  {
    name: 'console-erase',
    reach: async (page) => {
      await go(page, SPEAKER);
      await page.getByRole('button', { name: 'Erase this person…' }).click();
      await page.getByLabel('Type the speaker id').fill('customer-47');
      await answer(page, 'Erase');
    },
  },
  {
    name: 'console-receipt',
    reach: async (page) => {
      await page.getByLabel('Type the speaker id').fill('customer-4711');
      await answer(page, 'Erase');
      await page.getByRole('heading', { name: 'Erased: the receipt' }).waitFor();
      await page.getByRole('button', { name: 'Dismiss the message' }).click();
    },
  },
  {
    name: 'console-erasures',
    reach: async (page) => {
      await go(page, '#/erasures');
      await page.getByLabel('The id that was erased').fill('customer-4711');
      await page.getByRole('button', { name: 'Find the record' }).click();
      await page.getByRole('heading', { name: 'Erasure of customer-4711' }).waitFor();
    },
  },
  {
    name: 'console-refused',
    reach: async (page) => {
      await page.context().setOffline(true);
      await page.getByRole('button', { name: 'Find the record' }).click();
      await page.getByText('The service does not answer.').waitFor();
    },
  },
];

test.serial('pictures of the console’s pages on people’s data', async (t) => {
  const tenant = await service().tenant();
  await prepare(tenant);
  const page = await newPage({ timezoneId: 'UTC', viewport: { width: 1280, height: 800 } });
  await openConsole(page, service(), { tenantId: tenant.tenantId, actor: 'jo.officer' });
  await takeScreens(page, SCREENS);
  await page.context().close();
  t.pass();
});

async function prepare(tenant: TestTenant): Promise<void> {
  await imports.copy(tenant.tenantId, ['allison_en/enrol.wav']);
  const greeting = { noticeId: 'greeting', retentionDays: 1095 };
  await tenant.publishNotice({
    ...greeting,
    text: 'May we recognise you by your voice? We keep it for three years.',
  });
  await tenant.consent.publishNotice({
    notice: {
      ...greeting,
      version: 2,
      language: 'en',
      channel: NoticeChannel.AGENT_SCRIPT,
      text: 'May we recognise you by your voice? We keep it encrypted for two years.',
      purposes: [Purpose.VERIFY],
      controllerEntity: 'Acme Bank',
      requiresNewConsent: true,
      newConsentGraceDays: 30,
    },
    idempotencyKey: 'greeting 2',
  });
  const evidence = { type: 'recording', reference: 'archive/1' };
  for (const speakerId of ['customer-4711', 'customer-4712']) {
    await tenant.grant(speakerId, {
      evidence,
      purposes: [{ purpose: Purpose.VERIFY, value: ConsentValue.GRANTED }],
    });
    await tenant.enrolment.setSpeakerAccount({
      speakerId,
      accountId: 'household',
      idempotencyKey: speakerId,
    });
    await tenant.enrolFrom('allison_en/enrol.wav', { speakerId, label: 'mobile' });
  }
  await tenant.optOut('customer-4714');
  await tenant.consent.setSpeakerState({
    speakerId: 'customer-4711',
    state: SpeakerState.OBJECTED,
    inForce: true,
    reference: 'file 12/26',
    idempotencyKey: 'objected',
  });
  await tenant.consent.setSpeakerState({
    speakerId: 'customer-4711',
    state: SpeakerState.OBJECTED,
    inForce: false,
    reference: 'file 12/26',
    idempotencyKey: 'settled',
  });
}
