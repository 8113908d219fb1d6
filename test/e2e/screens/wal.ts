import type { Locator, Page } from 'playwright-core';
import { sidebar } from './sidebar.ts';

/** Goes to the WAL of the connection that is shown. */
export async function openWal(page: Page): Promise<void> {
  await sidebar(page).getByRole('link', { name: 'WAL' }).click();
  await page.getByRole('heading', { name: 'WAL', level: 1 }).waitFor();
}

/** The line of a slot in the table. */
export function slotLine(page: Page, slot: string): Locator {
  return page
    .getByRole('table', { name: 'Replication slots' })
    .getByRole('row')
    .filter({ hasText: slot })
    .first();
}

/** The list of changes of a peek. */
export function changeList(page: Page): Locator {
  return page.getByRole('listbox', { name: 'Changes' });
}
