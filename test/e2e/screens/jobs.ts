import type { Locator, Page } from 'playwright-core';
import { sidebar } from './sidebar.ts';

export async function openJobs(page: Page): Promise<void> {
  await sidebar(page).getByRole('link', { name: 'Jobs', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor();
}

/** Opens the page of a saved job, from wherever the window is. */
export async function openJob(page: Page, name: string): Promise<void> {
  await openJobs(page);
  await page.getByRole('table', { name: 'Jobs' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Runs the job whose page is open, which leads to the page of the run. */
export async function runJobNow(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('list', { name: 'Stages' }).waitFor();
}

/** What the next run would take, as the dialog tells it. */
export function lookPanel(page: Page): Locator {
  return page.getByRole('dialog').getByRole('region', { name: 'Next run' });
}

/** How far a job is, on its page. */
export function stateSection(page: Page): Locator {
  return page.getByRole('region', { name: 'State', exact: true });
}

/** Does one of the things that ask first. */
export async function confirmChange(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}
