import type { Locator, Page } from 'playwright-core';

export function sidebar(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Connections, destinations and runs' });
}

export async function openConnection(page: Page, name: string): Promise<void> {
  await sidebar(page).getByRole('list', { name: 'Connections' }).getByRole('link', { name }).click();
}

/** Selects a table of the connection that is open. */
export async function openTable(page: Page, name: string): Promise<void> {
  await page.getByRole('treeitem', { name: `${name}, table`, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

export async function openRuns(page: Page): Promise<void> {
  await sidebar(page).getByRole('link', { name: /^Runs/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
}

/** Chooses one of the things that can be done with a profile. */
export async function actOnProfile(
  page: Page,
  kind: 'connection' | 'destination',
  name: string,
  action: string,
): Promise<void> {
  await sidebar(page)
    .getByRole('button', { name: `Actions for ${kind} ${name}`, exact: true })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}
