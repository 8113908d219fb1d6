/** The WAL: changes with before and after, a guardian that warns, and a slot that is dropped. */
import { expect } from 'vitest';
import { createOrders } from '../../demo/sample-tables.ts';
import { sidebar } from '../screens/sidebar.ts';
import { changeList, openWal, slotLine } from '../screens/wal.ts';
import { soon } from '../soon.ts';
import type { World } from '../world.ts';

export async function peekAndGuard(world: World): Promise<void> {
  const { database } = world;
  await createOrders(database);
  await database.query(`
    ALTER TABLE "Orders" REPLICA IDENTITY FULL;
    CREATE PUBLICATION orders_pub FOR TABLE "Orders"`);
  await database.query("SELECT pg_create_logical_replication_slot('forgotten', 'pgoutput')");
  try {
    await look(world);
  } finally {
    await database.query(
      "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'forgotten'",
    );
  }
}

async function look(world: World): Promise<void> {
  const { database } = world;
  const { page } = await world.open();
  await openWal(page);
  const line = slotLine(page, 'forgotten');
  await soon(() => line.innerText()).toContain('nobody');
  await soon(() => line.innerText()).toContain('OK');

  await database.query(`UPDATE "Orders" SET "OrderStatus" = 'Shipped' WHERE "OrderStatus" = 'Backordered'`);
  await database.query('DELETE FROM "Orders" WHERE "OrderStatus" = \'Shipped\'');
  const position = await positionOf(world);
  await line.getByRole('button', { name: 'Peek' }).click();
  await page.getByRole('form', { name: 'Peek' }).getByRole('button', { name: 'Peek' }).click();
  const changes = changeList(page);
  await changes.getByRole('option').filter({ hasText: 'update' }).first().click();
  const change = page.getByRole('complementary', { name: 'Selected change' });
  await soon(() => change.getByRole('row').filter({ hasText: 'OrderStatus' }).innerText()).toMatch(
    /Backordered\s+Shipped/,
  );
  await soon(() => page.getByRole('status').first().innerText()).toContain('That is all that is pending.');
  expect(await positionOf(world)).toEqual(position);
  await soon(() => slotsOf(world)).toEqual(['forgotten']);

  await page.getByRole('tab', { name: 'Slots' }).click();
  await page.getByLabel('The disk can still take').fill('0.05');
  await database.query(
    "SELECT count(pg_logical_emit_message(false, 'e2e', repeat('x', 100000))) FROM generate_series(1, 300)",
  );
  await soon(() => line.innerText()).toContain('Danger');
  await soon(() => page.getByRole('alert').first().innerText()).toContain('Then the disk is full');
  const badge = page.locator('.sidebar-badge');
  await soon(() => badge.innerText()).toMatch(/danger/i);

  await page.getByRole('switch', { name: 'Watch in the background' }).click({ force: true });
  await sidebar(page).getByRole('link', { name: 'Runs' }).click();
  await soon(() => badge.innerText()).toMatch(/danger/i);
  await page.reload();
  await badge.click();
  await soon(() => page.getByRole('switch', { name: 'Watch in the background' }).isChecked()).toBe(true);
  await soon(() => page.getByLabel('The disk can still take').inputValue()).toContain('0.05');

  await line.getByRole('button', { name: 'Drop slot forgotten' }).click();
  const dialog = page.getByRole('dialog', { name: 'Drop replication slot' });
  await dialog.getByText('Nobody uses it now.').waitFor();
  const drop = dialog.getByRole('button', { name: 'Drop slot' });
  await soon(() => drop.isDisabled()).toBe(true);
  await dialog.getByLabel('Type forgotten to confirm').fill('forgotten');
  await drop.click();
  await dialog.waitFor({ state: 'hidden' });
  await soon(() => slotsOf(world)).toEqual([]);
  await soon(() => page.getByRole('alert').count()).toBe(0);
  await soon(() => badge.count()).toBe(0);

  await page.getByRole('tab', { name: 'Records' }).click();
  const records = page.getByRole('form', { name: 'Records of the WAL' });
  await records.getByRole('button', { name: 'Read' }).click();
  await page.getByText('CREATE EXTENSION pg_walinspect;', { exact: true }).waitFor();
  await database.query('CREATE EXTENSION pg_walinspect');
  await records.getByRole('button', { name: 'Read' }).click();
  await page.getByRole('table', { name: 'WAL records' }).getByRole('row').nth(1).waitFor();
  await records.getByText('Statistics').click();
  await records.getByRole('button', { name: 'Read' }).click();
  await soon(() => page.getByRole('table', { name: 'WAL statistics' }).innerText()).toContain('Heap');
}

async function positionOf({ database }: World): Promise<unknown> {
  const { rows } = await database.query(
    "SELECT restart_lsn::text, confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = 'forgotten'",
  );
  return rows;
}

async function slotsOf({ database }: World): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    'SELECT slot_name::text AS name FROM pg_replication_slots WHERE database = current_database() ORDER BY 1',
  );
  return rows.map(({ name }) => name);
}
