import type { Locator, Page } from 'playwright-core';

/** The word for the state of the run that is looked at. */
export function runState(page: Page): Locator {
  return page.locator('.run-top').getByRole('status');
}

/** One of the figures of a run: `Rows`, `Uploaded`, `Speed`. */
export function figure(page: Page, name: string): Locator {
  return page
    .locator('.run-numbers > div')
    .filter({ hasText: new RegExp(`^${name}`) })
    .locator('dd');
}

/** Rows that the run has read so far. */
export async function rowsSoFar(page: Page): Promise<number> {
  const text = await figure(page, 'Rows').innerText();
  return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? 0);
}

/** The id of the run that is looked at. */
export function runIdOf(page: Page): string {
  return new URL(page.url()).hash.split('/').at(-1) ?? '';
}

/** The history as it is shown: one text a cell. */
export async function historyRows(page: Page): Promise<readonly (readonly string[])[]> {
  return await page
    .locator('table.runs-table tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim())),
    );
}

/** Why the run that is looked at has failed, with the hint and the code. */
export function failure(page: Page): Locator {
  return page.getByRole('main').getByRole('alert');
}
