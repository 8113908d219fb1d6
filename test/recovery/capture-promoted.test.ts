/** A server that was promoted before it had all that was captured: what it wrote instead must not be taken for what follows. */
import { expect, test } from 'vitest';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { startStandby } from '../harness/postgres/standby-server.ts';

test('a capture does not go on with a standby that was behind, also when that has written more since', async () => {
  await using world = await CaptureWorld.start();
  const { postgres, wire } = world;
  await using scene = await CaptureScene.begin(world, 'behind');
  expect(await (await scene.finish()).exitCode()).toBe(0);
  // The slot is in its data as it was; from now on it gets nothing.
  await using standby = await startStandby(postgres, { primary_conninfo: '' });
  await scene.write(1_000, 1_020);
  expect(await (await scene.finish()).exitCode()).toBe(0);
  const before = [...world.files('behind').keys()];
  const end = await endOf(postgres);

  await postgres.kill();
  await standby.query('SELECT pg_promote()');
  await standby.query('CREATE TABLE instead (v text)');
  while ((await endOf(standby)) <= end)
    await standby.query(`INSERT INTO instead SELECT repeat('v', 100) FROM generate_series(1, 1000)`);
  wire.redirect(standby.port);
  const capture = await scene.finish();
  expect(await capture.exitCode(), capture.said).toBe(5);
  expect(capture.events.at(-1)).toMatchObject({
    outcome: 'failed',
    error: { code: 'SLOT_OTHER_SERVER', message: expect.stringMatching(/left at .* for timeline 2/) },
  });
  expect([...world.files('behind').keys()]).toEqual(before);
  await postgres.restart();
}, 120_000);

async function endOf(server: CaptureWorld['postgres']): Promise<bigint> {
  const { rows } = await server.query<{ at: string }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS at`,
  );
  return BigInt(rows[0]?.at ?? '0');
}
