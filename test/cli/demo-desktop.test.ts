import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { openDirectory } from '../helpers/binary.js';
import { assertAccessibleInThemes, browserOfFile, WIDTHS } from '../helpers/browser.js';

const newPage = browserOfFile();
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

test('the demo prints an address where a live call goes from listening to verified by itself, and one is made to a household', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const child = spawn(process.execPath, [MAIN, 'demo', '--no-table', '--stay', '90'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], VOUCH_DATA_DIR: path },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const address = await new Promise<string>((found, never) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\/\/\S+\/desktop\/\S+/.exec(said) ?? [];
      if (url !== undefined) found(url);
    });
    child.once('close', () => {
      never(new Error(said));
    });
  });
  const page = await newPage({ viewport: { width: WIDTHS[0], height: 800 } });
  await page.goto(address);
  const shown: string[] = [];
  await page.exposeFunction('shown', (state: string) => shown.push(state));
  await page.evaluate("addEventListener('vouch-state', ({ detail }) => shown(detail.state))");
  const until = Date.now() + 60_000;
  const isThere = () => shown.indexOf('verified', shown.indexOf('listening')) > shown.indexOf('listening');
  while (!(shown.includes('listening') && isThere()) && Date.now() < until) await page.waitForTimeout(100);
  t.true(shown.includes('listening') && isThere(), shown.join());
  await page.getByRole('button', { name: 'we call a customer' }).click();
  await page.getByText('The trust phrase comes when somebody answers.').waitFor();
  const phrase = page.locator('vouch-badge .phrase bdi');
  await phrase.waitFor();
  await page.getByText('The person asked for answered.').waitFor();
  t.is(await phrase.textContent(), 'Snow on the third of May');
  t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= WIDTHS[0]);
  await assertAccessibleInThemes(t, page, 'desktop');
  child.kill('SIGINT');
  t.is(await ended, 0);
});
