import type { Locator, Page } from 'playwright-core';
import { sidebar } from './sidebar.ts';

export async function openCaptures(page: Page): Promise<void> {
  await sidebar(page)
    .getByRole('link', { name: /^Captures/ })
    .click();
  await page.getByRole('heading', { name: 'Captures', level: 1 }).waitFor();
}

/** What stands under a name among the numbers of a capture. */
export function captureNumber(page: Page, name: string): Locator {
  return page
    .locator('.run-numbers > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd');
}
