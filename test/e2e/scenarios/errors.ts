/** What goes wrong is said where it happened, with what to do about it. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { createReadings } from '../sample-tables.ts';
import { connectionForm, fillConnection } from '../screens/connection-form.ts';
import { destinationForm, fillDestination } from '../screens/destination-form.ts';
import { extractDialog, openExtractDialog, openSection, startRun } from '../screens/extract.ts';
import { grid, shownRows } from '../screens/grid.ts';
import { failure, historyRows, runState } from '../screens/run.ts';
import { actOnProfile, openConnection, openRuns, openTable, sidebar } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import { endSessions } from '../../harness/postgres/end-sessions.ts';
import type { World } from '../world.ts';

export async function fieldErrors(world: World): Promise<void> {
  await createOrders(world.database);
  const { page } = await world.open();
  await actOnProfile(page, 'connection', 'Shop', 'Edit…');
  await fillConnection(page, { port: 99_999 });
  await connectionForm(page).getByRole('button', { name: 'Save' }).click();
  await expectFieldError(page, 'Port', 'Must be from 1 to 65535');
  await page.keyboard.press('Escape');
  await connectionForm(page).waitFor({ state: 'hidden' });

  await sidebar(page).getByRole('button', { name: 'Add destination' }).click();
  await fillDestination(page, { name: 'New', bucket: 'Not_a_Bucket' });
  await destinationForm(page).getByRole('button', { name: 'Save' }).click();
  await expectFieldError(page, 'Bucket', 'Must be 3 to 63 lower-case letters, digits, dots or hyphens');
  await page.keyboard.press('Escape');

  await openTable(page, 'Orders');
  await openExtractDialog(page);
  await openSection(page, 'Objects and key');
  await extractDialog(page).getByLabel('Key template').fill('{no_such_field}.csv');
  await expectFieldError(page, 'Key template', 'no_such_field');
  const extract = extractDialog(page).getByRole('button', { name: 'Extract', exact: true });
  await soon(() => extract.isDisabled()).toBe(true);
}

/** The message belongs to the field also for somebody who does not see where it stands. */
async function expectFieldError(page: Page, label: string, message: string): Promise<void> {
  const field = page.getByRole('dialog').getByLabel(label, { exact: true });
  await soon(() => field.getAttribute('aria-invalid')).toBe('true');
  await soon(async () => {
    const described = (await field.getAttribute('aria-describedby'))?.split(' ').filter(Boolean) ?? [];
    const texts = await Promise.all(described.map((id) => page.locator(`[id="${id}"]`).allInnerTexts()));
    return texts.flat().join(' ');
  }).toContain(message);
}

export async function failingDestination(world: World): Promise<void> {
  const { s3, bucket } = world;
  await createOrders(world.database);
  const { page } = await world.open();
  await openTable(page, 'Orders');
  s3.faults.add({
    op: 'PutObject',
    times: 'always',
    action: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  await openExtractDialog(page);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Failed');
  await expectFailure(page, 'Access was denied', 'Grant s3:PutObject', 'DEST_ACCESS_DENIED');

  s3.faults.clear();
  s3.faults.add({
    op: 'PutObject',
    times: 'always',
    action: { kind: 'status', status: 500, code: 'InternalError' },
  });
  await page.getByRole('button', { name: 'Run again' }).click();
  await soon(() => failure(page).innerText()).toContain('DEST_UNAVAILABLE');
  await expectFailure(page, 'S3 answered with a failure of its own', 'try again later', 'DEST_UNAVAILABLE');
  expect(s3.objects(bucket)).toEqual([]);
  expect(s3.openUploads(bucket)).toEqual([]);

  s3.faults.clear();
  await page.getByRole('button', { name: 'Run again' }).click();
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await openRuns(page);
  await soon(async () => (await historyRows(page)).map(([state]) => state)).toEqual([
    'Succeeded',
    'Failed',
    'Failed',
  ]);
}

async function expectFailure(page: Page, message: string, hint: string, code: string): Promise<void> {
  for (const part of [message, hint, code]) await soon(() => failure(page).innerText()).toContain(part);
}

export async function droppedTable(world: World): Promise<void> {
  const { database } = world;
  await createReadings(database, 20_000);
  const { page } = await world.open();
  await openTable(page, 'readings');
  await soon(async () => (await shownRows(page)).length).toBeGreaterThan(10);
  // The preview's transaction keeps the table from being dropped, so it has to go first.
  await endSessions(database);
  await database.query('DROP TABLE readings');
  await grid(page).press('Control+End');
  const alert = page.getByRole('main').getByRole('alert');
  await soon(() => alert.innerText()).toMatch(/SOURCE_(SHUTDOWN|CONNECTION_LOST)/);
  await alert.getByRole('button', { name: 'Retry' }).click();
  await soon(() => alert.innerText()).toContain('SOURCE_NO_RELATION');
  await soon(() => alert.innerText()).toContain('There is no table or view "public.readings"');
  await soon(() => alert.innerText()).toContain('Check schema and table');

  await openExtractDialog(page);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Failed');
  await soon(() => failure(page).innerText()).toContain('SOURCE_NO_RELATION');
  await openConnection(page, 'Shop');
  await page.getByText('No relation that this user may see.').waitFor();
}
