/** The rows of a query: its types are told before the run, and what writes is refused by the server. */
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { extractDialog, keyExample, startRun, typePanel } from '../screens/extract.ts';
import { figure, runState } from '../screens/run.ts';
import { openConnection } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function extractedQuery(world: World): Promise<void> {
  const { database, s3, bucket } = world;
  await createOrders(database);
  const { page } = await world.open();
  await openConnection(page, 'Shop');
  await page.getByRole('button', { name: 'Extract a query', exact: true }).click();
  const dialog = extractDialog(page);
  const query = dialog.getByLabel('Query', { exact: true });
  const extract = dialog.getByRole('button', { name: 'Extract', exact: true });
  await soon(() => extract.isDisabled()).toBe(true);
  await query.fill(`WITH gone AS (DELETE FROM "Orders" RETURNING 1) SELECT * FROM gone`);
  await soon(() => typePanel(page).getByRole('alert').count()).toBe(1);

  await query.fill('SELECT "OrderStatus", count(*) AS orders FROM "Orders" GROUP BY 1 ORDER BY 1');
  await soon(() => typePanel(page).innerText()).toContain('2 columns');
  await soon(() => keyExample(page).innerText()).toContain(`s3://${bucket}/query/query/`);
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  await soon(() => figure(page, 'Rows').innerText()).toBe('2');
  const [object] = s3.objects(bucket).filter(({ key }) => key.endsWith('.csv'));
  expect(s3.object(bucket, object!.key).toString()).toBe('Backordered,1\nShipped,4\n');
  const { rows } = await database.query('SELECT FROM "Orders"');
  expect(rows).toHaveLength(5);
}
