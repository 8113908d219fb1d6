import type { Locator, Page } from 'playwright-core';

export function extractDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: /^Extract .+ to (S3|a folder)$/ });
}

/** Opens the dialog of the table that is selected, by the button with exactly this label. */
export async function openExtractDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Extract to S3', exact: true }).click();
  const dialog = extractDialog(page);
  await dialog.waitFor();
  return dialog;
}

/** Starts the run with what the dialog holds, which leads to the page of the run. */
export async function startRun(page: Page): Promise<void> {
  await extractDialog(page).getByRole('button', { name: 'Extract', exact: true }).click();
  await page.getByRole('list', { name: 'Stages' }).waitFor();
}

/** Unfolds one of the sections of the dialog. */
export async function openSection(page: Page, title: string): Promise<void> {
  const head = extractDialog(page).getByRole('button', { name: new RegExp(`^${title}`) });
  if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
  await extractDialog(page).getByRole('group', { name: title }).waitFor();
}

export async function choosePreset(page: Page, name: string): Promise<void> {
  await extractDialog(page).getByRole('radio', { name, exact: true }).check();
}

/** The address of the first object, as the dialog shows it. */
export function keyExample(page: Page): Locator {
  return extractDialog(page).locator('.key-strip code');
}

/** What becomes of the columns' types, as the dialog tells it. */
export function typePanel(page: Page): Locator {
  return extractDialog(page).getByRole('region', { name: 'Types' });
}
