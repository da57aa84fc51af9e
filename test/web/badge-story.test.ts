import { randomUUID } from 'node:crypto';
import test from 'ava';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { CallDirection } from '../../src/gen/vouch/v1/verification.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { BadgePage } from '../helpers/badge-page.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { assertAccessible, browserOfFile } from '../helpers/browser.js';
import { serviceOfFile } from '../helpers/ground.js';

const newPage = browserOfFile();
const service = serviceOfFile({ VOUCH_HTTP_REQUESTS_PER_MINUTE: '60000' });

test.serial(
  'a call from before it begins: heard, verified, checked again, overridden, another caller, over',
  async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol('allison_en');
    const callId = `call-${randomUUID()}`;
    const desk = await BadgePage.open(await newPage(), service(), callId, tenant);
    await desk.shows('waiting');
    const call = tenant.open(['allison_en'], { callId });
    await desk.shows('listening');
    await call.speech('edge/mixed-speakers.wav', 0, 2500);
    const bar = desk.badge.getByRole('progressbar');
    await bar.waitFor();
    t.regex((await bar.getAttribute('aria-valuetext')) ?? '', /^\d\.\d of 2\.9 seconds$/);
    await call.speech('edge/mixed-speakers.wav', 2500, 9000);
    await desk.shows('verified');
    t.regex(await desk.text(), /Verified\s+You may skip the security questions\./);
    t.regex(await desk.announced('status'), /^Verified\. You may skip/);
    t.false(/\d\d/.test((await desk.text()).replace(/allison_en/, '')), 'no score');

    await desk.press('Check again');
    await desk.badge.getByText('Checked again.').waitFor();
    await desk.press('Override');
    await desk.badge.getByLabel('What you do').selectOption('STEPPED_UP');
    await desk.badge.getByLabel('Why').selectOption('SUSPICION');
    await desk.press('Record');
    await desk.badge.getByText('Overridden: asked for more.').waitFor();
    t.is(call.all('overridden').length, 1);
    await assertAccessible(t, desk.page, 'verified');

    await call.speech('edge/mixed-speakers.wav', 9000);
    await desk.shows('caller-changed');
    t.regex(await desk.announced('alert'), /^The caller changed\./);
    t.is(await desk.announced('status'), '');
    await call.end();
    await desk.shows('ended');
    const told = await desk.told();
    const states = told.map(({ state }) => state);
    t.true(states.indexOf('verified') < states.indexOf('caller-changed'));
    await desk.close();
  },
);

test.serial(
  'by keyboard alone: the notice is read, consent recorded, the caller enrolled from the call',
  async (t) => {
    const tenant = await service().tenant({
      enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0, minimumNetSpeechFromCallMs: 8000 },
    });
    const call = tenant.open(['allison_en']);
    const desk = await BadgePage.open(await newPage(), service(), call.callId, {
      tenantId: tenant.tenantId,
      speakerId: 'allison_en',
    });
    const { page, badge } = desk;
    await desk.shows('not-enrolled');
    await tabTo('Read the notice');
    await page.keyboard.press('Enter');
    await badge.getByText('May we recognise you by your voice?').waitFor();
    await tabTo('Agreed');
    await page.keyboard.press('Enter');
    await badge.getByText('Recorded.').waitFor();
    const { state } = await tenant.consent.getConsent({ speakerId: 'allison_en' });
    t.like(state?.purposes[0], { purpose: Purpose.VERIFY, value: ConsentValue.GRANTED });

    await tabTo('Enrol');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await tabTo('Record');
    await page.keyboard.press('Enter');
    await badge.getByText('Not enough speech yet.').waitFor();
    await call.speech('allison_en/call-1.wav');
    await call.heardUpTo(15_000);
    await tabTo('Record');
    await page.keyboard.press('Enter');
    await badge.getByText('Enrolled.', { exact: true }).waitFor();
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' });
    t.is(voiceprints.length, 1);
    await call.end();
    await page.context().close();

    /** Goes on with Tab until a button of the badge has the focus. */
    async function tabTo(name: string): Promise<void> {
      await badge.getByRole('button', { name, exact: true }).waitFor();
      for (let presses = 0; presses < 20; presses++) {
        const focused = 'document.activeElement?.shadowRoot?.activeElement?.textContent.trim()';
        if ((await page.evaluate(focused)) === name) return;
        await page.keyboard.press('Tab');
      }
      t.fail(`${name} is not reached`);
    }
  },
);

test.serial('a customer who never wants this is opted out, once that was confirmed', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  const desk = await BadgePage.open(await newPage(), service(), call.callId, tenant);
  await desk.shows('verified');
  await desk.press('Opt out');
  await desk.badge.getByText('Voiceprints are erased').waitFor();
  await desk.page.keyboard.press('Escape');
  t.is(await desk.badge.locator('form').count(), 0);
  await desk.press('Opt out');
  await desk.press('Record');
  await desk.shows('opted-out');
  t.regex(await desk.announced('alert'), /^Opted out\./, 'what was relied on does not hold any more');
  t.is((await tenant.enrolment.listVoiceprints({ speakerId: 'allison_en' })).voiceprints.length, 0);
  await call.end();
  await desk.close();
});

test.serial('an outbound call: the phrase to say first, then who of the household answered', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await tenant.enrolment.setTrustPhrase({
    speakerId: 'allison_en',
    phrase: 'blue heron',
    idempotencyKey: 'phrase',
  });
  const call = tenant.open(['allison_en'], { direction: CallDirection.OUTBOUND, agentId: 'agent-7' });
  const desk = await BadgePage.open(await newPage(), service(), call.callId, tenant);
  await desk.badge.getByText('The trust phrase comes when somebody answers.').waitFor();
  await call.audio(Buffer.alloc(16 * 600));
  await call.speech('allison_en/call-1.wav', 0, 1200);
  await call.audio(Buffer.alloc(16 * 2500));
  await desk.badge.getByText('blue heron').waitFor();
  t.not(await desk.badge.getAttribute('state'), 'verified');
  await call.speech('allison_en/call-1.wav');
  await desk.shows('verified');
  await desk.badge.getByText('The person asked for answered.').waitFor();
  await call.end();
  await desk.close();
});

test.serial('a call that is paused for a payment shows nothing but that', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  const desk = await BadgePage.open(await newPage(), service(), call.callId, tenant);
  await desk.shows('verified');
  await tenant.verification.pauseCall({ callId: call.callId, reason: 'card-payment', idempotencyKey: 'p' });
  await desk.shows('paused');
  t.regex(await desk.text(), /For a payment\./);
  t.notRegex(await desk.text(), /Verified/);
  await tenant.verification.resumeCall({ callId: call.callId, idempotencyKey: 'r' });
  await desk.shows('verified');
  await call.end();
  await desk.close();
});

test.serial('whoever may not watch calls is told so; in shadow mode an agent is shown nothing', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en'], { shadow: true });
  await call.speech('allison_en/call-1.wav');
  const auditor = { tenantId: tenant.tenantId, role: 'AUDITOR' } as const;
  const refused = await BadgePage.open(await newPage(), service(), call.callId, auditor);
  await refused.shows('refused');
  t.is(await refused.badge.getByRole('button').count(), 0);
  await refused.close();
  const desk = await BadgePage.open(await newPage(), service(), call.callId, tenant);
  await desk.shows('shadow');
  t.false(await desk.badge.isVisible());
  await call.end();
  await desk.close();
});
