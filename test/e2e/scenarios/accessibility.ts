/** The app for those who do not see it, or do not use a mouse. */
import type { Page } from 'playwright-core';
import { createOrders } from '../../demo/sample-tables.ts';
import { openCaptures } from '../screens/capture.ts';
import { connectionForm } from '../screens/connection-form.ts';
import { destinationForm } from '../screens/destination-form.ts';
import { extractDialog, openExtractDialog, startRun } from '../screens/extract.ts';
import { activeCell, grid, shownTexts } from '../screens/grid.ts';
import { runState } from '../screens/run.ts';
import { openRuns, openTable, sidebar } from '../screens/sidebar.ts';
import { openWal } from '../screens/wal.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

/** Roles that say nothing without a name. */
const NAMELESS =
  /^\s*- (button|checkbox|combobox|dialog|grid|link|menuitem|navigation|progressbar|radio|radiogroup|searchbox|spinbutton|switch|tab|textbox|tree|treeitem)\b(?! ")/;

export async function everythingHasName(world: World): Promise<void> {
  await createOrders(world.database);
  const { page } = await world.open();
  await openTable(page, 'Orders');
  await soon(async () => (await shownTexts(page)).length).toBe(5);
  await grid(page).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('complementary', { name: 'Selected value' }).waitFor();
  await expectNames(page);
  await page.getByRole('tab', { name: 'Columns' }).click();
  await page.getByRole('cell', { name: 'OrderStatus' }).waitFor();
  await expectNames(page);

  await openExtractDialog(page);
  await expectNames(page);
  await extractDialog(page).getByRole('button', { name: 'Add destination' }).click();
  await destinationForm(page).waitFor();
  await expectNames(page);
  await page.keyboard.press('Escape');
  await destinationForm(page).waitFor({ state: 'hidden' });
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await expectNames(page);
  await openRuns(page);
  await expectNames(page);

  await openWal(page);
  for (const tab of ['Slots', 'Peek', 'Publications and tables', 'Can I capture from here?']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tabpanel').getByText(/./).first().waitFor();
    await expectNames(page);
  }

  await openCaptures(page);
  await page.getByRole('button', { name: 'New capture' }).click();
  const capture = page.getByRole('dialog', { name: 'New capture' });
  await capture.getByRole('checkbox', { name: 'public.Orders', exact: true }).waitFor();
  await capture.getByRole('button', { name: /^Objects/ }).click();
  await capture.getByRole('button', { name: /^Snapshot and slot/ }).click();
  await expectNames(page);
  await page.keyboard.press('Escape');
  await capture.waitFor({ state: 'hidden' });

  await sidebar(page).getByRole('button', { name: 'Add connection' }).click();
  await connectionForm(page).waitFor();
  await expectNames(page);
  await page.keyboard.press('Escape');
  await sidebar(page).getByRole('button', { name: 'Settings and profiles' }).click();
  await page.getByRole('menuitem', { name: 'Import profiles…' }).click();
  await page.getByRole('dialog', { name: 'Import profiles' }).waitFor();
  await expectNames(page);
}

/** What a screen reader is told, one line an element: a name is in quotes after the role. */
async function expectNames(page: Page): Promise<void> {
  await soon(async () => {
    const lines = (await page.locator('body').ariaSnapshot()).split('\n');
    return { enough: lines.length > 10, nameless: lines.filter((line) => NAMELESS.test(line)) };
  }).toEqual({ enough: true, nameless: [] });
}

export async function keyboard(world: World): Promise<void> {
  await createOrders(world.database);
  const { page } = await world.open();
  await page.getByRole('treeitem', { name: 'Orders, table', exact: true }).waitFor();
  await page.getByRole('tree', { name: 'Relations' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await soon(async () => (await shownTexts(page)).length).toBe(5);

  await grid(page).focus();
  await soon(() => activeCell(page).innerText()).toBe('1');
  await page.keyboard.press('ArrowRight');
  await soon(() => activeCell(page).innerText()).toBe('Backordered');
  for (let step = 0; step < 2; step += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await soon(() => activeCell(page).innerText()).toBe('2020-07-11 03:05:00');
  const named = await activeCell(page).getAttribute('id');
  await soon(() => grid(page).getAttribute('aria-activedescendant')).toBe(named);
  await page.keyboard.press('Control+Home');
  await soon(() => activeCell(page).innerText()).toBe('1');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Selected value' });
  await panel.waitFor();
  await panel.getByRole('button', { name: 'Close the value' }).focus();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });

  const button = page.getByRole('button', { name: 'Extract to S3', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  await extractDialog(page).waitFor();
  await page.keyboard.press('Escape');
  await extractDialog(page).waitFor({ state: 'hidden' });
  await soon(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
}
