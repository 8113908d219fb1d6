/** A large table on its way: progress can be seen, and Cancel leaves nothing behind. */
import { expect } from 'vitest';
import { createReadings } from '../sample-tables.ts';
import { openExtractDialog, startRun } from '../screens/extract.ts';
import { historyRows, rowsSoFar, runState } from '../screens/run.ts';
import { openRuns, openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import { sourceSessions } from '../source-sessions.ts';
import type { World } from '../world.ts';

/** Some 150 MB, which is more than all the parts that may be on their way. */
const ROWS = 1_200_000;

/** Milliseconds that cancelling may take. */
const CANCEL_LIMIT_MS = 2_000;

export async function cancelLargeRun(world: World): Promise<void> {
  const { s3, bucket, database } = world;
  await createReadings(database, ROWS);
  // Slow at first, so that progress can be seen; then stuck, so that the run cannot end before it is cancelled.
  s3.faults.add(
    { op: 'UploadPart', times: 6, action: { kind: 'delay', ms: 150 } },
    { op: 'UploadPart', times: 'always', action: { kind: 'hang' } },
  );
  const { page } = await world.open();
  await openTable(page, 'readings');
  await openExtractDialog(page);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Running');
  await page.getByRole('progressbar', { name: 'Rows read' }).waitFor();
  await soon(() => rowsSoFar(page)).toBeGreaterThan(0);
  const before = await rowsSoFar(page);
  await soon(() => rowsSoFar(page)).toBeGreaterThan(before);
  await soon(() => s3.openUploads(bucket).length).toBe(1);
  expect(await sourceSessions(database)).toContain('active');

  const asked = performance.now();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await soon(() => runState(page).innerText()).toBe('Cancelled');
  expect(performance.now() - asked).toBeLessThan(CANCEL_LIMIT_MS);
  expect(s3.objects(bucket)).toEqual([]);
  expect(s3.openUploads(bucket)).toEqual([]);
  expect(await sourceSessions(database)).not.toContain('active');

  await openRuns(page);
  await soon(async () => (await historyRows(page)).map(([state]) => state)).toEqual(['Cancelled']);
}
