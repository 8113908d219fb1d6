/** From a preset to the objects that the dialog has promised. */
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { choosePreset, extractDialog, keyExample, openExtractDialog, startRun } from '../screens/extract.ts';
import { runIdOf, runState } from '../screens/run.ts';
import { openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function athenaPreset(world: World): Promise<void> {
  const { s3, bucket } = world;
  await createOrders(world.database);
  const { page } = await world.open();
  await openTable(page, 'Orders');
  await openExtractDialog(page);
  const plain = extractDialog(page).getByRole('radio', { name: 'Plain CSV' });
  await soon(() => plain.isChecked()).toBe(true);

  await choosePreset(page, 'Athena-ready Parquet');
  // The times of the example are those of the moment in which the dialog was opened.
  const shown = async () =>
    (await keyExample(page).innerText())
      .replace(/\d{4}-\d\d-\d\d/, 'DAY')
      .replace(/\d{8}T\d{6}Z-[0-9a-f]{8}/, 'RUN');
  await soon(shown).toBe(`s3://${bucket}/public/Orders/dt=DAY/RUN/part-00001.parquet`);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  const runId = runIdOf(page);
  const day = `${runId.slice(0, 4)}-${runId.slice(4, 6)}-${runId.slice(6, 8)}`;
  expect(s3.objects(bucket).map(({ key }) => key)).toContain(
    `public/Orders/dt=${day}/${runId}/part-00001.parquet`,
  );
}
