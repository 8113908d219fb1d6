/**
 * Slots that the server decodes wrongly, or cannot decode, because tables were altered while the slot was being made.
 * https://postgrespro.ru/list/thread-id/2779642
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CaptureEvent, CaptureProcess } from '../captures/capture-process.ts';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** A transaction of its own that has an id. */
async function beginTransaction(scene: CaptureScene) {
  const client = await scene.database.connect();
  await client.query('BEGIN');
  const { rows } = await client.query<{ xid: string }>('SELECT txid_current()::text AS xid');
  return { client, xid: rows[0]?.xid ?? '' };
}

/** Comes back when the slot that is being made waits for this transaction. */
async function slotWaitsFor(xid: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await world.postgres.query<{ waits: boolean }>(
          `SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE backend_type = 'walsender' AND NOT granted AND transactionid::text = $1) AS waits`,
          [xid],
        );
        return rows[0]?.waits;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

async function slotIsMade(slot: string): Promise<void> {
  const made = 'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND confirmed_flush_lsn IS NOT NULL';
  await expect.poll(async () => (await world.postgres.query(made, [slot])).rowCount).toBe(1);
}

/**
 * Makes the slot of a capture while transactions run: `meanwhile` is committed in the first part of that time, `late` is
 * begun in the second, and committed when the slot is there.
 */
async function startAmong(
  scene: CaptureScene,
  { meanwhile, late }: { readonly meanwhile: string; readonly late: string },
  isMade: (capture: CaptureProcess) => Promise<unknown>,
): Promise<CaptureProcess> {
  const first = await beginTransaction(scene);
  const capture = scene.start();
  await slotWaitsFor(first.xid);
  const second = await beginTransaction(scene);
  await scene.database.query(meanwhile);
  await first.client.query('COMMIT');
  await slotWaitsFor(second.xid);
  const third = await beginTransaction(scene);
  await third.client.query(late);
  await second.client.query('COMMIT');
  await isMade(capture);
  await third.client.query('COMMIT');
  for (const { client } of [first, second, third]) await client.end();
  return capture;
}

async function expectWhole(scene: CaptureScene, capture: CaptureProcess): Promise<void> {
  await capture.heard(({ type, entry }) => type === 'entry' && entry === 'snapshot');
  await scene.write(1_000, 1_010);
  expect(await capture.kill('SIGTERM'), capture.said).toBe(0);
  const last = await scene.finish();
  expect(await last.exitCode(), last.said).toBe(0);
  expect(await scene.problem()).toBe(undefined);
}

const isWaiting = (code: string) => (event: CaptureEvent) =>
  event.type === 'waiting' && (event['error'] as { code: string }).code === code;

test('a column that was added while the slot was being made is not left out', async () => {
  await using scene = await CaptureScene.begin(world, 'altered');
  const sql = {
    meanwhile: 'ALTER TABLE orders ADD COLUMN more text',
    late: "INSERT INTO orders SELECT i, 'late', 'more' FROM generate_series(201, 250) AS i",
  };
  const capture = await startAmong(scene, sql, async (begun) => {
    const waiting = await begun.heard(isWaiting('SLOT_WAITS_FOR_TRANSACTION'));
    expect(JSON.stringify(waiting), begun.said).toContain('public.orders');
  });
  await expectWhole(scene, capture);
}, 120_000);

test('a slot that cannot be decoded is made anew while nothing of it is at the destination', async () => {
  await using scene = await CaptureScene.begin(world, 'undecodable');
  await scene.database.query('CREATE TABLE other (id int)');
  const sql = { meanwhile: 'TRUNCATE other', late: 'INSERT INTO other VALUES (1)' };
  const capture = await startAmong(scene, sql, () => slotIsMade(scene.slot));
  // The server is what has the defect: where this fails, it was mended, and all of this can go.
  expect(await capture.heard(isWaiting('SLOT_CANNOT_DECODE')), capture.said).toBeDefined();
  expect(
    await capture.heard(({ type, message }) => type === 'note' && String(message).includes('a new slot')),
    capture.said,
  ).toBeDefined();
  await expectWhole(scene, capture);
}, 120_000);
