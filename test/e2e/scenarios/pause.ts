/** Pause stops the reading and keeps the snapshot; Continue goes on in it. */
import { expect } from 'vitest';
import { createReadings } from '../sample-tables.ts';
import { openExtractDialog, openSection, startRun } from '../screens/extract.ts';
import { rowsSoFar, runState } from '../screens/run.ts';
import { openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import { sourceSessions } from '../source-sessions.ts';
import type { World } from '../world.ts';

export async function pausedRun(world: World): Promise<void> {
  await createReadings(world.database, 200_000);
  const { page } = await world.open();
  await openTable(page, 'readings');
  const dialog = await openExtractDialog(page);
  await openSection(page, 'Speed and politeness');
  // More than half a minute: it must not end before it is paused, or cancelled.
  await dialog.getByLabel('Bandwidth').fill('0.6');
  await startRun(page);
  await soon(() => rowsSoFar(page)).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await soon(() => runState(page).innerText()).toBe('Paused');
  expect(await sourceSessions(world.database)).not.toEqual([]);
  const paused = await rowsSoFar(page);

  await page.getByRole('button', { name: 'Continue' }).click();
  await soon(() => runState(page).innerText()).toBe('Running');
  await soon(() => rowsSoFar(page)).toBeGreaterThan(paused);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await soon(() => runState(page).innerText()).toBe('Cancelled');
}
