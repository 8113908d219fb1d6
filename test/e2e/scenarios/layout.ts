/** The smallest window with the most to show, in both themes. */
import type { Locator, Page } from 'playwright-core';
import { createManyTables, longName } from '../sample-tables.ts';
import { connectionForm } from '../screens/connection-form.ts';
import { extractDialog, openExtractDialog } from '../screens/extract.ts';
import { grid } from '../screens/grid.ts';
import { openRuns, openTable, sidebar } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

const SMALL = { width: 900, height: 600 };

export async function smallWindow(world: World): Promise<void> {
  await createManyTables(world.database, 300);
  const { page } = await world.open();
  await page.setViewportSize(SMALL);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await soon(() => page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme);
    await openTable(page, longName(0));
    await grid(page).getByRole('gridcell').first().waitFor();
    await expectFits(page, page.getByRole('button', { name: 'Extract to S3', exact: true }));
    await openExtractDialog(page);
    await expectFits(page, extractDialog(page).getByRole('button', { name: 'Extract', exact: true }));
    await page.keyboard.press('Escape');
    await sidebar(page).getByRole('button', { name: 'Add connection' }).click();
    await expectFits(page, connectionForm(page).getByRole('button', { name: 'Save' }));
    await page.keyboard.press('Escape');
    await connectionForm(page).waitFor({ state: 'hidden' });
    await openRuns(page);
    await expectFits(page, page.getByLabel('Filter runs'));
    await page.goBack();
  }
  await page.getByLabel('Filter relations').fill('_299');
  await openTable(page, longName(299));
}

/** The page scrolls neither way, and the thing that matters is within the window and not covered. */
async function expectFits(page: Page, thing: Locator): Promise<void> {
  // Also of what comes into the window by and by.
  await soon(async () => {
    const overflow = await page.evaluate(() => {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
      return { x: scrollWidth - clientWidth, y: scrollHeight - clientHeight };
    });
    const { x, y, width, height } = (await thing.boundingBox())!;
    const within = x >= 0 && y >= 0 && x + width <= SMALL.width && y + height <= SMALL.height;
    return { overflow, within };
  }).toEqual({ overflow: { x: 0, y: 0 }, within: true });
  await thing.click({ trial: true });
}
