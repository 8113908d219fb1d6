/** Rows of a large table: every place shows the rows that belong there, and leaving ends the transaction. */
import type { Page } from 'playwright-core';
import { createReadings } from '../sample-tables.ts';
import { activeCell, grid, scrollTo, shownRows } from '../screens/grid.ts';
import { openRuns, openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import { sourceSessions } from '../source-sessions.ts';
import type { World } from '../world.ts';

/** More than a scroll bar has pixels for, so that the grid has to translate. */
const ROWS = 1_000_000;

export async function previewLargeTable(world: World): Promise<void> {
  await createReadings(world.database, ROWS);
  const app = await world.open();
  const { page } = app;
  await openTable(page, 'readings');
  await expectRowsFrom(page, (first) => first === 1);
  await soon(() => sourceSessions(world.database)).toEqual(['idle in transaction']);

  await scrollTo(page, 0.5);
  await expectRowsFrom(page, (first) => Math.abs(first - ROWS / 2) < ROWS / 100);
  await grid(page).press('Control+End');
  await soon(async () => (await shownRows(page)).at(-1)).toMatchObject({
    number: ROWS.toLocaleString('en'),
    cells: [{ text: String(ROWS) }, {}, {}, {}],
  });
  await expectRowsFrom(page, (first) => first > ROWS - 100);
  await soon(() => page.getByText('1,000,000 rows', { exact: true }).isVisible()).toBe(true);
  await openLongValue(page);
  await scrollTo(page, 0);
  await expectRowsFrom(page, (first) => first === 1);

  await grid(page).getByRole('gridcell', { name: 'sensor 3', exact: true }).click();
  await page.keyboard.press('ControlOrMeta+c');
  await soon(() => app.clipboard()).toBe('sensor 3');

  await openRuns(page);
  await soon(() => sourceSessions(world.database)).toEqual([]);
}

/** Waits until all rows on the screen are there and their ids are their numbers, without a gap, from a place on. */
async function expectRowsFrom(page: Page, isPlace: (first: number) => boolean): Promise<void> {
  await soon(async () => {
    const rows = await shownRows(page);
    const numbers = rows.map(({ number }) => Number(number.replaceAll(',', '')));
    const [first = 0] = numbers;
    return {
      enough: rows.length > 10,
      inPlace: isPlace(first),
      gapless: numbers.every((number, index) => number === first + index),
      right: rows.every(({ cells }, index) => cells[0]?.text === String(numbers[index])),
    };
  }).toEqual({ enough: true, inPlace: true, gapless: true, right: true });
}

/** The payload of the last row, which is on the screen, is longer than what a page of the preview carries of it. */
async function openLongValue(page: Page): Promise<void> {
  await grid(page)
    .getByRole('gridcell', { name: String(ROWS), exact: true })
    .click();
  await page.keyboard.press('End');
  await soon(() => activeCell(page).innerText()).toContain('"key 1": 1');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Selected value' });
  const value = panel.locator('pre');
  await soon(() => value.innerText()).toContain('"key 399": 399');
  await soon(async () => JSON.parse(await value.innerText()) as unknown).toMatchObject({
    'key 1': 1,
    'key 400': 400,
  });
  await panel.getByRole('button', { name: 'Close the value' }).click();
  await panel.waitFor({ state: 'hidden' });
}
