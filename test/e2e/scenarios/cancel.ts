/** A large table on its way: progress can be seen, and Cancel leaves nothing behind. */
import { expect } from 'vitest';
import { createReadings } from '../sample-tables.ts';
import { openExtractDialog, openSection, startRun } from '../screens/extract.ts';
import { historyRows, rowsSoFar, runState } from '../screens/run.ts';
import { openRuns, openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import { sourceSessions } from '../source-sessions.ts';
import type { World } from '../world.ts';

/** Some 150 MB, which is more than all the parts that may be on their way. */
const ROWS = 1_200_000;

export async function cancelLargeRun(world: World): Promise<void> {
  const { s3, bucket, database } = world;
  await createReadings(database, ROWS);
  // Stuck after a while, so that the run cannot end before it is cancelled.
  s3.faults.add({ op: 'UploadPart', after: 1, times: 'always', action: { kind: 'hang' } });
  const { page } = await world.open();
  await openTable(page, 'readings');
  const dialog = await openExtractDialog(page);
  // Slow, so that progress can be seen for long.
  await openSection(page, 'Speed and politeness');
  await dialog.getByLabel('Bandwidth').fill('2');
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Running');
  await page.getByRole('progressbar', { name: 'Rows read' }).waitFor();
  await soon(() => rowsSoFar(page)).toBeGreaterThan(0);
  const before = await rowsSoFar(page);
  await soon(() => rowsSoFar(page)).toBeGreaterThan(before);
  await soon(() => s3.faults.hits()[0]).toBeGreaterThan(0);
  expect(s3.openUploads(bucket)).not.toEqual([]);
  await soon(() => sourceSessions(database)).toContain('active');

  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await soon(() => runState(page).innerText()).toBe('Cancelled');
  expect(s3.objects(bucket)).toEqual([]);
  expect(s3.openUploads(bucket)).toEqual([]);
  await soon(() => sourceSessions(database)).not.toContain('active');

  await openRuns(page);
  await soon(async () => (await historyRows(page)).map(([state]) => state)).toEqual(['Cancelled']);
}
