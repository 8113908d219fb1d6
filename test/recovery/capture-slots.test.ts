/** Slots that are gone, moved, or held back by a destination that is away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { startProgram } from '../harness/cli-program.ts';

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function begun(bucket: string): Promise<CaptureScene> {
  const scene = await CaptureScene.begin(world, bucket);
  const first = await scene.finish();
  expect(await first.exitCode(), first.said).toBe(0);
  await scene.write(1_000, 1_010);
  return scene;
}

test('a slot that is gone is not made anew: the capture says what is missing, and a new snapshot mends it', async () => {
  await using scene = await begun('missing');
  await world.postgres.query('SELECT pg_drop_replication_slot($1)', [scene.slot]);
  const refused = await scene.finish();
  expect(await refused.exitCode()).toBe(5);
  expect(refused.events.at(-1)).toMatchObject({ error: { code: 'SLOT_MISSING' } });
  expect(JSON.stringify(refused.events.at(-1))).toMatch(/history ends at .* is missing/);
  const mended = await scene.finish(['--resnapshot']);
  expect(await mended.exitCode(), mended.said).toBe(0);
  await scene.write(2_000, 2_010);
  expect(await (await scene.finish()).exitCode()).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});

test('a slot that somebody has moved is a gap', async () => {
  await using scene = await begun('moved');
  await scene.database.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [scene.slot]);
  const refused = await scene.finish();
  expect(await refused.exitCode()).toBe(5);
  expect(refused.events.at(-1)).toMatchObject({ error: { code: 'SLOT_GAP' } });
  const mended = await scene.finish(['--resnapshot']);
  expect(await mended.exitCode(), mended.said).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});

test.each<[string, string, string]>([
  ['dropped and made anew', 'anew', 'DROP TABLE orders; CREATE TABLE orders (id int PRIMARY KEY, v text)'],
  ['taken out of the publication', 'taken-out', 'ALTER PUBLICATION "sluice_taken_out" DROP TABLE orders'],
  ['left by a publication that is gone', 'gone', 'DROP PUBLICATION sluice_gone'],
  [
    'taken out of the publication and put back',
    'put-back',
    'ALTER PUBLICATION sluice_put_back DROP TABLE orders; INSERT INTO orders SELECT i FROM generate_series(5000, 5010) AS i; ALTER PUBLICATION sluice_put_back ADD TABLE orders',
  ],
  [
    'left out of updates for a while',
    'inserts',
    "ALTER PUBLICATION sluice_inserts SET (publish = 'insert'); UPDATE orders SET v = 'meanwhile'; ALTER PUBLICATION sluice_inserts SET (publish = 'insert, update, delete, truncate')",
  ],
])(
  'a table that was %s is read anew: what was written meanwhile is not in the stream',
  async (_, job, sql) => {
    await using scene = await begun(job);
    await scene.database.query(sql);
    await scene.write(2_000, 2_010);
    const next = await scene.finish();
    expect(await next.exitCode(), next.said).toBe(0);
    expect(await scene.problem()).toBe(undefined);
  },
);

test('a job does not read the slot of another job of this computer', async () => {
  await using scene = await begun('reader');
  const { args, env } = world.addresses(scene.database.database, scene.bucket);
  const thief = ['capture', 'start', '--name', 'thief', '--slot', scene.slot, '--table', 'orders', '--json'];
  const { exitCode, events } = await startProgram([...thief, ...args, '--until', 'current'], {
    env: { ...env, SLUICE_HOME: world.dataFolder(`here-${scene.bucket}`) },
  }).outcome;
  expect(exitCode).toBe(2);
  expect(events.at(-1)).toMatchObject({ error: { code: 'CONFIG_INVALID_INPUT' } });
  expect(await (await scene.finish()).exitCode()).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});

test('a new snapshot that is killed at any moment ends consistent', async () => {
  await using scene = await begun('renewed');
  await world.postgres.query('SELECT pg_drop_replication_slot($1)', [scene.slot]);
  for (const key of ['*checkpoint.json', '*.jsonl*', '*/log/*']) {
    world.s3.requests.clear();
    world.s3.faults.add({
      op: 'PutObject',
      key,
      after: key === '*checkpoint.json' ? 1 : 0,
      times: 'always',
      action: { kind: 'hang' },
    });
    const killed = scene.start(['--resnapshot']);
    await world.s3.requests.seen('PutObject', { key, nth: key === '*checkpoint.json' ? 2 : 1 });
    await killed.kill('SIGKILL');
    world.s3.faults.clear();
    await scene.write(3_000 + key.length * 100, 3_010 + key.length * 100);
  }
  const mended = await scene.finish();
  expect(await mended.exitCode(), mended.said).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});

test('the connection lasts while S3 is away for longer than wal_sender_timeout', async () => {
  await using scene = await CaptureScene.begin(world, 'away');
  const capture = scene.start();
  await capture.heard((event) => event.type === 'entry');
  await capture.heard((event) => event.type === 'progress' && event['phase'] === 'streaming');
  const sender = async () =>
    (
      await world.postgres.query<{ pid: number }>(
        'SELECT active_pid AS pid FROM pg_replication_slots WHERE slot_name = $1',
        [scene.slot],
      )
    ).rows[0]?.pid;
  const before = await sender();
  world.s3.faults.add({
    op: '*',
    times: 'always',
    action: { kind: 'status', status: 503, code: 'SlowDown' },
  });
  await scene.write(1_000, 1_100);
  await capture.heard((event) => event.type === 'waiting');
  // wal_sender_timeout is four seconds here.
  const until = performance.now() + 7_000;
  for (let from = 5_000; performance.now() < until; from += 200) {
    await scene.write(from, from + 100);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await sender()).toBe(before);
  world.s3.faults.clear();
  await capture.heard((event) => event.type === 'entry' && event['entry'] === 'changes');
  expect(await capture.kill('SIGTERM')).toBe(0);
  expect(await (await scene.finish()).exitCode()).toBe(0);
  expect(await scene.problem()).toBe(undefined);
});
