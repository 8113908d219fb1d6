/** What becomes of the types is told before the run, and masks are applied in the database. */
import { expect } from 'vitest';
import type { World } from '../world.ts';
import { choosePreset, openExtractDialog, openSection, startRun, typePanel } from '../screens/extract.ts';
import { failure, runState } from '../screens/run.ts';
import { openTable } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';

export async function lossyTable(world: World): Promise<void> {
  await world.database.query(`
    CREATE TABLE prices (id int, price numeric(8,2));
    INSERT INTO prices VALUES (1, 9.99), (2, 'NaN'), (3, 'NaN')`);
  const { page } = await world.open();
  await openTable(page, 'prices');
  const dialog = await openExtractDialog(page);
  const types = typePanel(page);
  await soon(() => types.innerText()).toContain('keep every value');
  expect(await dialog.getByLabel('Accept what is lost').count()).toBe(0);

  await choosePreset(page, 'Athena-ready Parquet');
  await soon(() => types.innerText()).toContain('1 of 2 columns can lose something');
  await soon(() => types.innerText()).toMatch(/numeric\(8,2\)\s+DECIMAL\(8,2\)/);
  await types.getByRole('button', { name: 'Count' }).click();
  await soon(() => types.innerText()).toContain('2 rows.');
  await soon(() => types.innerText()).toContain('The run would end at the first value that is lost.');
  await dialog.getByLabel('Accept what is lost').check();
  await soon(() => types.innerText()).not.toContain('The run would end');
  await soon(() => types.innerText()).toContain('2 rows.');

  await dialog.getByLabel('Accept what is lost').uncheck();
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Failed');
  await soon(() => failure(page).innerText()).toContain('price');
}

export async function maskedColumns(world: World): Promise<void> {
  const { s3, bucket } = world;
  await world.database.query(`
    CREATE TABLE people (id int, name text, card text);
    INSERT INTO people VALUES (1, 'Ada', '4111111111111234'), (2, 'Grace', '4222222222225678')`);
  const { page } = await world.open();
  await openTable(page, 'people');
  const dialog = await openExtractDialog(page);
  await openSection(page, 'Rows and columns');
  await dialog.getByLabel('Mask of name').selectOption('SHA-256');
  await dialog.getByLabel('Mask of card').selectOption('keep last');
  await dialog.getByText('2 columns are masked by the database').waitFor();
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');
  const [object] = s3.objects(bucket).filter(({ key }) => key.endsWith('.csv'));
  const text = s3.object(bucket, object!.key).toString();
  expect(text.split('\n').filter(Boolean).sort()).toEqual([
    expect.stringMatching(/^1,[0-9a-f]{64},\*{12}1234$/),
    expect.stringMatching(/^2,[0-9a-f]{64},\*{12}5678$/),
  ]);
}
