/** The way of somebody who sees the app for the first time, from an empty window to the object in the bucket. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { createNotes } from '../sample-tables.ts';
import { connectionForm, fillConnection } from '../screens/connection-form.ts';
import { destinationForm, fillDestination, useKeys } from '../screens/destination-form.ts';
import { choosePreset, keyExample, openExtractDialog, openSection, startRun } from '../screens/extract.ts';
import { grid, shownRows, shownTexts } from '../screens/grid.ts';
import { failure, figure, historyRows, runIdOf, runState } from '../screens/run.ts';
import { openRuns, openTable, sidebar } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

const KEY = 'order_extract.csv';

/** What the object has to be, to the byte. */
const EXTRACT = [
  '1|Backordered|2020-06-01 12:00:00',
  '1|Shipped|2020-06-09 12:00:25',
  '2|Shipped|2020-07-11 03:05:00',
  '1|Shipped|2020-06-09 11:50:00',
  '3|Shipped|2020-07-12 12:00:00',
]
  .map((line) => `${line}\r\n`)
  .join('');

export async function newcomer(world: World): Promise<void> {
  await createOrders(world.database);
  await createNotes(world.database);
  const app = await world.open({ profiles: false });
  const { page } = app;
  await addConnection(page, world);
  await addDestination(page, world);
  await lookAtRows(page);
  const runId = await extractOrders(page, world);
  await runAgain(page, runId);
  await searchHistory(page);
  for (const secret of [world.database.password, world.s3.credentials.secretAccessKey]) {
    expect(app.received?.filter((message) => message.includes(secret)) ?? []).toEqual([]);
    // A file that is replaced just then is looked for again.
    await soon(() => filesWith(world.dataFolder, secret)).toEqual([]);
  }
  // Else the line above would have proved nothing.
  if (app.received !== undefined) expect(app.received.length).toBeGreaterThan(20);
}

async function addConnection(page: Page, { database }: World): Promise<void> {
  await page.getByRole('heading', { name: 'No connections yet' }).waitFor();
  await page.getByRole('button', { name: 'Add a connection' }).click();
  const form = connectionForm(page);
  await fillConnection(page, {
    name: 'Shop',
    host: database.host,
    port: database.port,
    database: database.database,
    user: database.user,
    password: 'not the password',
  });
  await testRefuses(form, 'SOURCE_AUTH_FAILED', 'Check the user name and the password');
  await fillConnection(page, { password: database.password, host: 'no-such-host.invalid' });
  await testRefuses(form, 'SOURCE_HOST_NOT_FOUND', 'Check the host name for typing errors');
  await fillConnection(page, { host: database.host, database: 'no_such_database' });
  await testRefuses(form, 'SOURCE_NO_DATABASE', '`psql -l` lists the ones on the server');
  await fillConnection(page, { database: database.database });
  await form.getByRole('button', { name: 'Test connection' }).click();
  await soon(() => form.getByRole('status').innerText()).toMatch(
    new RegExp(`Connected in [\\s\\S]+PostgreSQL \\d+.+“${database.database}”, as “${database.user}”`),
  );
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'hidden' });
  await sidebar(page).getByRole('link', { name: 'Shop' }).waitFor();
}

async function addDestination(page: Page, { s3, bucket }: World): Promise<void> {
  await sidebar(page).getByRole('button', { name: 'Add destination' }).click();
  const form = destinationForm(page);
  await useKeys(page);
  await fillDestination(page, {
    name: 'Lake',
    bucket: 'no-such-bucket',
    region: s3.region,
    endpoint: s3.endpoint,
    accessKey: s3.credentials.accessKeyId,
    secretKey: s3.credentials.secretAccessKey,
  });
  await testRefuses(form, 'DEST_NO_BUCKET', 'Check the bucket name, or create the bucket');
  await fillDestination(page, { bucket, secretKey: 'not the secret key' });
  await testRefuses(form, 'DEST_BAD_CREDENTIALS', 'Check the access key and the secret key');
  await fillDestination(page, { secretKey: s3.credentials.secretAccessKey });
  await form.getByRole('button', { name: 'Test connection' }).click();
  await soon(() => form.getByRole('status').innerText()).toContain('Wrote, read and removed a test object');
  expect(s3.objects(bucket)).toEqual([]);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'hidden' });
  await sidebar(page).getByRole('button', { name: 'Lake', exact: true }).waitFor();
}

/** Tests what the form holds, and expects to be told what is wrong and what to do. */
async function testRefuses(form: Locator, code: string, hint: string): Promise<void> {
  await form.getByRole('button', { name: 'Test connection' }).click();
  await soon(() => form.getByRole('alert').innerText()).toContain(code);
  await soon(() => form.getByRole('alert').innerText()).toContain(hint);
}

async function lookAtRows(page: Page): Promise<void> {
  await openTable(page, 'notes');
  await soon(() => shownRows(page)).toMatchObject([
    { number: '1', cells: [{ text: '1' }, { text: 'NULL', look: 'null' }] },
    { number: '2', cells: [{ text: '2' }, { text: 'empty', look: 'empty' }] },
    { number: '3', cells: [{ text: '3' }, { text: 'NULL', look: 'plain' }] },
    { number: '4', cells: [{ text: '4' }, { text: 'left at the door', look: 'plain' }] },
  ]);
  await openTable(page, 'Orders');
  await soon(() => shownTexts(page)).toEqual([
    ['1', 'Backordered', '2020-06-01 12:00:00'],
    ['1', 'Shipped', '2020-06-09 12:00:25'],
    ['2', 'Shipped', '2020-07-11 03:05:00'],
    ['1', 'Shipped', '2020-06-09 11:50:00'],
    ['3', 'Shipped', '2020-07-12 12:00:00'],
  ]);
  await soon(() => grid(page).getByRole('columnheader').allInnerTexts()).toEqual([
    '#',
    expect.stringContaining('OrderId'),
    expect.stringContaining('OrderStatus'),
    expect.stringContaining('LastUpdated'),
  ]);
}

async function extractOrders(page: Page, { s3, bucket }: World): Promise<string> {
  const dialog = await openExtractDialog(page);
  await choosePreset(page, 'Same as the Python script');
  await soon(() => keyExample(page).innerText()).toBe(`s3://${bucket}/Orders_extract.csv`);
  await openSection(page, 'Format');
  await soon(() => dialog.getByLabel('Delimiter').first().inputValue()).toContain('|');
  await openSection(page, 'Objects and key');
  await dialog.getByLabel('Key template').fill(KEY);
  await soon(() => keyExample(page).innerText()).toBe(`s3://${bucket}/${KEY}`);
  await dialog.getByText('Custom, based on Same as the Python script.').waitFor();
  await startRun(page);
  await soon(() => runState(page).innerText()).toBe('Succeeded');

  const object = page.getByRole('region', { name: 'Objects' }).getByRole('row').nth(1);
  await object.getByText(KEY, { exact: true }).waitFor();
  await soon(() => object.getByRole('cell').nth(1).innerText()).toBe('5');
  await soon(() => object.getByRole('cell').nth(2).getAttribute('title')).toBe(`${EXTRACT.length} bytes`);
  await soon(() => figure(page, 'Rows').innerText()).toBe('5');
  expect(s3.object(bucket, KEY).toString('latin1')).toBe(EXTRACT);
  expect(s3.openUploads(bucket)).toEqual([]);

  await page.getByRole('button', { name: 'Show manifest' }).click();
  const runId = runIdOf(page);
  const manifest = JSON.parse(await page.locator('.run-manifest').innerText()) as unknown;
  expect(manifest).toMatchObject({ runId, rows: 5, objects: [{ key: KEY, rows: 5 }] });
  return runId;
}

async function runAgain(page: Page, runId: string): Promise<void> {
  await page.getByRole('button', { name: 'Run again' }).click();
  await soon(() => runIdOf(page)).not.toBe(runId);
  await soon(() => runState(page).innerText()).toBe('Failed');
  const said = () => failure(page).innerText();
  await soon(said).toContain(KEY);
  await soon(said).toContain('Choose another key, put {run_id} into the template');
  await soon(said).toContain('DEST_OBJECT_EXISTS');
}

async function searchHistory(page: Page): Promise<void> {
  await openRuns(page);
  const states = async () => (await historyRows(page)).map(([state]) => state);
  await soon(states).toEqual(['Failed', 'Succeeded']);
  await page.getByText('Succeeded', { exact: true }).first().click();
  await soon(states).toEqual(['Succeeded']);
  await page.getByText('All', { exact: true }).click();
  await soon(states).toEqual(['Failed', 'Succeeded']);
  const filter = page.getByLabel('Filter runs');
  await filter.fill('no such table');
  await page.getByText('No run matches the filter').waitFor();
  await filter.fill('orders');
  await soon(states).toEqual(['Failed', 'Succeeded']);
}

/** Files of the app that contain the text. Chromium's own are left out: they are many, and not the app's. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !path.relative(folder, file).startsWith('chromium'));
  expect(files.map((file) => path.basename(file))).toContain('profiles.json');
  const contents = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })));
  return contents.filter(({ bytes }) => bytes.includes(text)).map(({ file }) => file);
}
