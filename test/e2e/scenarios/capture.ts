/** A capture from its dialog to its end: rows, changes, a pause that is explained, and a slot that is dropped. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { captureNumber, openCaptures } from '../screens/capture.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

interface Stopped {
  readonly page: Page;
  readonly database: World['database'];
}

export async function capturedChanges(world: World): Promise<void> {
  const { database } = world;
  await createOrders(database);
  await database.query('ALTER TABLE "Orders" REPLICA IDENTITY FULL');
  try {
    await capture(world);
  } finally {
    await database.query(`
      SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
      WHERE slot_name = 'sluice_shop_orders' AND NOT active`);
  }
}

async function capture(world: World): Promise<void> {
  const { database, s3, bucket } = world;
  const { page } = await world.open();
  await openCaptures(page);
  await page.getByRole('button', { name: 'New capture' }).click();
  const dialog = page.getByRole('dialog', { name: 'New capture' });
  await dialog.getByText(/^Changes can be captured from here/).waitFor();
  await dialog.getByRole('button', { name: 'Start capture' }).click();
  await dialog.getByText('Choose at least one table.').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('shop orders');
  await dialog.getByLabel('Search tables').fill('orders');
  await dialog.getByRole('checkbox', { name: 'public.Orders', exact: true }).check();
  await dialog.getByRole('button', { name: /^Objects/ }).click();
  await dialog.getByLabel('or seconds').fill('0.5');
  await dialog.getByRole('button', { name: 'Start capture' }).click();

  await page.getByRole('heading', { name: 'shop orders', level: 1 }).waitFor();
  const phase = page.locator('.capture-state');
  await soon(() => phase.innerText()).toContain('Streaming');
  await soon(() => objectsOf(world)).toBeGreaterThan(0);
  const before = objectsOf(world);

  await database.query(`UPDATE "Orders" SET "OrderStatus" = 'Shipped' WHERE "OrderStatus" = 'Backordered'`);
  const { rows } = await database.query<{ n: string }>(
    `SELECT count(*)::text AS n FROM "Orders" WHERE "OrderStatus" = 'Shipped'`,
  );
  expect(Number(rows[0]?.n)).toBeGreaterThan(0);
  await soon(() => captureNumber(page, 'Changes').innerText()).not.toMatch(/^0\b/);
  await soon(() => objectsOf(world)).toBeGreaterThan(before);
  expect(s3.objects(bucket).some(({ key }) => key.startsWith('shop orders/public/Orders/'))).toBe(true);

  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('Each change is there once.').waitFor();
  await soon(() => page.getByRole('table', { name: 'Verified tables' }).innerText()).toContain('the same');

  await page.getByRole('button', { name: 'Pause…' }).click();
  const question = page.getByRole('dialog', { name: 'Pause the capture' });
  await question.getByText('The slot holds WAL while the capture is paused.').waitFor();
  await question.getByRole('button', { name: 'Pause', exact: true }).click();
  await question.waitFor({ state: 'hidden' });
  await soon(() => phase.innerText()).toContain('Paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await soon(() => phase.innerText()).toContain('Streaming');

  await page.getByRole('button', { name: 'Stop' }).click();
  await soon(() => phase.innerText()).toContain('Stopped');
  await page.getByText(/^Start goes on from the checkpoint/).waitFor();
  await verifyStopped({ page, database });
  await changeAndStart({ page, database });

  await page.getByRole('button', { name: 'Stop' }).click();
  await soon(() => phase.innerText()).toContain('Stopped');
  const more = page.getByRole('button', { name: 'More about this capture' });
  await more.click();
  await page.getByRole('menuitem', { name: 'Drop slot…' }).click();
  const drop = page.getByRole('dialog', { name: 'Drop the slot of the capture' });
  await soon(() => drop.getByRole('button', { name: 'Drop slot' }).isDisabled()).toBe(true);
  await drop.getByLabel('Type sluice_shop_orders to confirm').fill('sluice_shop_orders');
  await drop.getByRole('button', { name: 'Drop slot' }).click();
  await drop.waitFor({ state: 'hidden' });
  const slots = await database.query(
    "SELECT FROM pg_replication_slots WHERE slot_name = 'sluice_shop_orders'",
  );
  expect(slots.rows).toEqual([]);

  await more.click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page
    .getByRole('dialog', { name: 'Remove the capture' })
    .getByRole('button', { name: 'Remove', exact: true })
    .click();
  await page.getByText('No captures yet').waitFor();
}

/** Compared with the tables where nothing has changed since, and the files alone where something has. */
async function verifyStopped({ page, database }: Stopped): Promise<void> {
  const table = page.getByRole('table', { name: 'Verified tables' });
  await page.getByRole('button', { name: 'Verify' }).click();
  await soon(() => table.innerText()).toContain('the same');
  await database.query(`UPDATE "Orders" SET "OrderStatus" = 'Delivered' WHERE "OrderStatus" = 'Shipped'`);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('The files were not compared with the tables.').waitFor();
  await page.getByText(/^The tables have changes that the capture has not written/).waitFor();
  await soon(() => table.innerText()).toContain('not compared');
}

async function changeAndStart({ page }: Stopped): Promise<void> {
  await page.getByRole('button', { name: 'More about this capture' }).click();
  await page.getByRole('menuitem', { name: 'Change…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change shop orders' });
  await soon(() => dialog.getByRole('combobox', { name: 'Destination' }).isDisabled()).toBe(true);
  await soon(() => dialog.getByLabel('or seconds').inputValue()).toBe('0.5');
  await dialog.getByLabel('or seconds').fill('0.2');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await soon(() => page.locator('.capture-state').innerText()).toContain('Streaming');
  await page.getByRole('button', { name: 'Verify' }).click();
  await soon(() => page.getByRole('table', { name: 'Verified tables' }).innerText()).toContain('the same');
}

function objectsOf({ s3, bucket }: World): number {
  return s3.objects(bucket).filter(({ key }) => !key.includes('_sluice/')).length;
}
