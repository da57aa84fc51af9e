import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { settled } from './console.js';

const FOLDER = fileURLToPath(new URL('../../../docs/screens/', import.meta.url));

/** A state of a page that is worth a picture. */
export interface Screen {
  /** The name of its files. */
  readonly name: string;
  /** Brings the page into the state. */
  readonly reach: (page: Page) => Promise<void>;
  /** As on a telephone at night, too. */
  readonly narrow?: boolean;
}

const LOOKS = [
  { suffix: '', width: 1280, height: 800, colorScheme: 'light' },
  { suffix: '-narrow-dark', width: 320, height: 640, colorScheme: 'dark' },
] as const;

/** Takes the pictures, one state after the other, into docs/screens. */
export async function takeScreens(page: Page, screens: readonly Screen[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, reach, narrow = false } of screens) {
    await reach(page);
    await settled(page);
    for (const { suffix, width, height, colorScheme } of LOOKS.slice(0, narrow ? 2 : 1)) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.evaluate('scrollTo(0, 0)');
      // A dialog lies over what can be seen of a page, not over all of it.
      const fullPage = (await page.getByRole('dialog').count()) === 0;
      await page.screenshot({ path: join(FOLDER, `${name}${suffix}.png`), fullPage });
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }
}
