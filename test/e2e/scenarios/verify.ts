/** Verify reads the objects again, and says which of them are not what they were. */
import { createOrders } from '../../demo/sample-tables.ts';
import { openExtractDialog, startRun } from '../screens/extract.ts';
import { runState } from '../screens/run.ts';
import { openRuns, openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function verifiedRun(world: World): Promise<void> {
  const { s3 } = world;
  await createOrders(world.database);
  const { page } = await world.open();
  await openTable(page, 'Orders');
  await openExtractDialog(page);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  const objects = page.getByRole('region', { name: 'Objects' });
  await objects.getByRole('button', { name: 'Verify' }).click();
  await soon(() => objects.getByRole('status').innerText()).toContain(
    'The object is as the manifest says: 5 rows',
  );
  await objects.getByRole('cell', { name: 'as it was' }).waitFor();

  s3.faults.add({
    op: 'GetObject',
    key: '*.csv',
    times: 'always',
    action: { kind: 'status', status: 404, code: 'NoSuchKey' },
  });
  await objects.getByRole('button', { name: 'Verify' }).click();
  await soon(() => objects.getByRole('alert').innerText()).toContain(
    '1 of 1 object is not as the manifest says',
  );
  await objects.getByText('It is not there.').waitFor();

  // Leaving ends the reading, which would never end by itself.
  s3.faults.clear();
  s3.faults.add({ op: 'GetObject', key: '*.csv', times: 'always', action: { kind: 'hang' } });
  await objects.getByRole('button', { name: 'Verify' }).click();
  await objects.getByRole('progressbar', { name: 'Verifying' }).waitFor();
  await openRuns(page);
}
