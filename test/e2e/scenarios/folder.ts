/** A folder of this computer in the place of a bucket. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { makeTemporaryFolder } from '../../harness/temporary-folder.ts';
import {
  choosePreset,
  extractDialog,
  keyExample,
  openExtractDialog,
  openSection,
  startRun,
} from '../screens/extract.ts';
import { runIdOf, runState } from '../screens/run.ts';
import { openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function extractedToFolder(world: World): Promise<void> {
  await using out = await makeTemporaryFolder('out');
  await createOrders(world.database);
  const { page } = await world.open();
  await openTable(page, 'Orders');
  const dialog = await openExtractDialog(page);
  await dialog.getByRole('combobox', { name: 'Destination' }).click();
  await page.getByRole('option', { name: 'A folder of this computer' }).click();
  const start = extractDialog(page).getByRole('button', { name: 'Extract', exact: true });
  const folder = extractDialog(page).getByRole('textbox', { name: 'Folder' });

  await folder.fill('extracts');
  await extractDialog(page).getByText('Must be a whole path, such as /home/me/extracts').first().waitFor();
  await soon(() => start.isDisabled()).toBe(true);
  await folder.fill(`${out.path}/`);
  await soon(() => start.isEnabled()).toBe(true);

  // What a warehouse would read from S3 cannot be asked for, and the section says so while it is folded.
  await choosePreset(page, 'Redshift-ready');
  await extractDialog(page).getByText('Of the load scripts only DuckDB reads a folder').first().waitFor();
  await soon(() => start.isDisabled()).toBe(true);
  await openSection(page, 'Objects and key');
  await extractDialog(page).getByRole('checkbox', { name: 'Redshift', exact: true }).uncheck();

  await choosePreset(page, 'Same as the Python script');
  await soon(() => keyExample(page).innerText()).toBe(path.join(out.path, 'Orders_extract.csv'));
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  const text = await readFile(path.join(out.path, 'Orders_extract.csv'), 'utf8');
  expect(text.split('\n').filter((line) => line !== '')).toHaveLength(5);
  const manifest = path.join(out.path, '_sluice', 'runs', runIdOf(page), 'manifest.json');
  expect(JSON.parse(await readFile(manifest, 'utf8'))).toMatchObject({ objects: [{ rows: 5 }] });
  expect((await readdir(out.path)).toSorted()).toEqual(['Orders_extract.csv', '_sluice']);

  const objects = page.getByRole('region', { name: 'Objects' });
  await objects.getByRole('button', { name: 'Verify' }).click();
  await soon(() => objects.getByRole('status').innerText()).toContain('as the manifest says: 5 rows');
}
