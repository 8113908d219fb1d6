/** A run that failed has kept its finished ranges: Resume reads the others, and says what that means. */
import { expect } from 'vitest';
import type { ServedWindow } from '../browser-door.ts';
import { createReadings } from '../sample-tables.ts';
import { extractDialog, openExtractDialog, openSection, startRun } from '../screens/extract.ts';
import { figure, runState } from '../screens/run.ts';
import { openRuns, openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

const ROWS = 60_000;

export async function resumedRun(world: World<ServedWindow>): Promise<void> {
  const { s3, bucket } = world;
  await createReadings(world.database, ROWS);
  // A table of this size would be one range otherwise.
  const { page } = await world.open({ readLimits: { minRangeBytes: 1024 ** 2 } });
  await openTable(page, 'readings');
  s3.faults.add({
    op: 'PutObject',
    key: '*.csv',
    after: 3,
    times: 'always',
    action: { kind: 'hold', answer: { kind: 'status', status: 403, code: 'AccessDenied' } },
  });
  await openExtractDialog(page);
  await openSection(page, 'Speed and politeness');
  await extractDialog(page).getByLabel('Connections').fill('2');
  await openSection(page, 'Safety');
  await extractDialog(page).getByRole('radio', { name: 'Resume' }).check();
  await startRun(page);
  // The others are refused when these are known to be there.
  await page.getByText(/^3 of \d+ done$/).waitFor();
  s3.faults.release();
  await soon(() => runState(page).innerText()).toBe('Failed');
  const keptLine = page.getByText(/^\d+ of \d+ ranges (is|are) written and kept\.$/);
  await keptLine.waitFor();
  const kept = s3.objects(bucket).map(({ key }) => key);
  expect(kept).toHaveLength(3);
  expect(Number.parseInt(await keptLine.innerText(), 10)).toBe(kept.length);

  s3.faults.clear();
  await openRuns(page);
  await page.getByRole('button', { name: /^Resume/ }).click();
  await page.locator('table.runs-table').getByRole('link').first().click();
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await page.getByText('Snapshot per range', { exact: true }).waitFor();
  await soon(() => figure(page, 'Rows').innerText()).toBe('60,000');
  const objects = s3.objects(bucket).filter(({ key }) => key.endsWith('.csv'));
  expect(objects.map(({ key }) => key)).toEqual(expect.arrayContaining(kept));
  const lines = objects.map(({ key }) => s3.object(bucket, key).toString().split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
}
