/** Profiles that come from elsewhere, go elsewhere, and change. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { connectionForm, fillConnection } from '../screens/connection-form.ts';
import { actOnProfile, openConnection, openTable, sidebar } from '../screens/sidebar.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

const SECRET_KEY = 'key/that+leaves=no-trace';

export async function importedProfiles(world: World): Promise<void> {
  await createOrders(world.database);
  const app = await world.open({ profiles: false });
  const { page } = app;
  await importConf(page, pipelineConf(world));
  await openTable(page, 'Orders');
  await importUrl(page, world);
  await openTable(page, 'Orders');

  const exported = await app.savedFile(async () => {
    await sidebar(page).getByRole('button', { name: 'Settings and profiles' }).click();
    await page.getByRole('menuitem', { name: 'Export profiles…' }).click();
  });
  expect(JSON.parse(exported)).toBeTypeOf('object');
  expect(exported).toContain('By URL');
  expect(exported).toContain('sluice-extracts');
  expect(exported).not.toContain(world.database.password);
  expect(exported).not.toContain(SECRET_KEY);
}

function pipelineConf({ database }: World): string {
  return `[postgres_config]
host = ${database.host}
port = ${database.port}
username = ${database.user}
password = ${database.password}
database = ${database.database}

[aws_boto_credentials]
access_key = AKIAIMPORTED
secret_key = ${SECRET_KEY}
bucket_name = sluice-extracts
account_id = 123456789012
`;
}

/** From a file, as the button for it does. */
async function importConf(page: Page, text: string): Promise<void> {
  await page.getByRole('button', { name: 'Import pipeline.conf or URL' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import profiles' });
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'pipeline.conf', mimeType: 'text/plain', buffer: Buffer.from(text) });
  await soon(() => dialog.getByRole('textbox').first().inputValue()).toContain('[postgres_config]');
  await dialog.getByLabel('Name').fill('From the file');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  const done = page.getByRole('dialog', { name: 'Imported' });
  await soon(() => done.innerText()).toMatch(/Connections\s+From the file\s+Destinations\s+From the file/);
  await done.getByRole('button', { name: 'Done' }).click();
  await done.waitFor({ state: 'hidden' });
}

async function importUrl(page: Page, { database }: World): Promise<void> {
  await sidebar(page).getByRole('button', { name: 'Settings and profiles' }).click();
  await page.getByRole('menuitem', { name: 'Import profiles…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import profiles' });
  await dialog.getByRole('textbox').first().fill(database.url);
  await dialog.getByLabel('Name').fill('By URL');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await soon(() => sidebar(page).getByRole('link', { name: 'By URL' }).getAttribute('aria-current')).toBe(
    'page',
  );
}

export async function changedProfiles(world: World): Promise<void> {
  await createOrders(world.database);
  const { page } = await world.open();
  const names = () =>
    sidebar(page).getByRole('list', { name: 'Connections' }).getByRole('link').allInnerTexts();
  await actOnProfile(page, 'connection', 'Shop', 'Duplicate');
  await soon(names).toEqual(['Shop', 'Shop copy']);

  await actOnProfile(page, 'connection', 'Shop copy', 'Edit…');
  await fillConnection(page, { name: 'Shop' });
  await connectionForm(page).getByRole('button', { name: 'Save' }).click();
  await connectionForm(page).getByText('two profiles of one kind cannot share one').waitFor();
  await fillConnection(page, { name: 'Archive' });
  await connectionForm(page).getByRole('button', { name: 'Save' }).click();
  await soon(names).toEqual(['Shop', 'Archive']);

  await actOnProfile(page, 'connection', 'Archive', 'Delete');
  await soon(names).toEqual(['Shop']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await soon(names).toEqual(['Shop', 'Archive']);
  // What came back opens the database: its password was copied, kept, and brought back as well.
  await openConnection(page, 'Archive');
  await openTable(page, 'Orders');
}
