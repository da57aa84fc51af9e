import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { FORMS, SCRIPT_NAMES, SCRIPTS, type ScriptName } from '../helpers/badge-scripts.js';
import { browserOfFile } from '../helpers/browser.js';
import { ScriptedService } from '../helpers/scripted-service.js';

const FOLDER = fileURLToPath(new URL('../../../docs/screens/', import.meta.url));
const newPage = browserOfFile();

const LOOKS = [
  { suffix: '', colorScheme: 'light', width: 460, lang: 'en' },
  { suffix: '-narrow-dark', colorScheme: 'dark', width: 320, lang: 'de' },
] as const;

test('pictures of every state of the badge', async (t) => {
  const service = await ScriptedService.start();
  mkdirSync(FOLDER, { recursive: true });
  for (const { suffix, colorScheme, width, lang } of LOOKS) {
    const page = await newPage({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' });
    /** A page with these badges, as they are to be seen. */
    const open = async (calls: readonly ScriptName[]) => {
      service.forget();
      await page.goto(service.page(calls, lang));
      for (const call of calls) {
        const badge = page.locator(`vouch-badge[call-id="${call}"][state="${SCRIPTS[call].state}"]`);
        await badge.waitFor({ state: 'attached' });
      }
      // Details, the phrase of an outbound call: up to a second later.
      await page.waitForTimeout(1500);
    };
    const picture = (call: ScriptName, name: string) =>
      page
        .locator(`vouch-badge[call-id="${call}"]`)
        .screenshot({ path: `${FOLDER}badge-${name}${suffix}.png` });
    const seen = SCRIPT_NAMES.filter((call) => SCRIPTS[call].state !== 'shadow');
    await open(seen);
    for (const call of seen) await picture(call, call);
    for (const [offer, call] of Object.entries(FORMS)) {
      await open([call]);
      await page.locator(`[data-offer=${offer}]`).click();
      await page.locator('form button').first().waitFor();
      await picture(call, `form-${offer}`);
    }
    await page.context().close();
  }
  await service.stop();
  t.pass();
});
