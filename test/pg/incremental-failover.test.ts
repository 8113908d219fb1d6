/** A server that becomes a standby, is promoted, crashes: what an incremental job makes of it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { watermarkSpecSchema } from '../../electron/contract/watermark-spec.ts';
import type { Position } from '../../electron/contract/watermark-state.ts';
import { settingsOf } from '../harness/engine/test-engine.ts';
import { readIncrement } from '../harness/incremental/incremental-reader.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';

test('a crash changes nothing; a standby reads a window; a promoted server reads from the bound on, then exactly', async () => {
  await using server = await startPostgres({ settings: { wal_level: 'replica', wal_writer_delay: '10ms' } });
  await server.query(`CREATE TABLE t (id int, version int DEFAULT 0, changed timestamptz DEFAULT now())`);
  await server.query('INSERT INTO t SELECT i FROM generate_series(1, 3) i');
  let position: Position | null = null;
  const take = async () => {
    const run = readIncrement({
      access: { settings: settingsOf(server), password: server.password },
      table: 't',
      spec: watermarkSpecSchema.parse({ column: 'changed' }),
      position,
      warp: (at) => at,
    });
    for (;;) {
      const { done, value } = await run.next();
      if (done !== true) continue;
      position = value.position;
      return { ...value, ids: value.rows.map(({ id }) => id).toSorted((a, b) => a - b) };
    }
  };

  expect((await take()).ids).toEqual([1, 2, 3]);
  await server.query('INSERT INTO t VALUES (4)');
  await server.kill();
  await server.restart();
  await server.query('INSERT INTO t VALUES (5)');
  expect(await take()).toMatchObject({ ids: [4, 5], promise: 'exactly-once' });

  await server.stop();
  await writeFile(path.join(server.dataFolder, 'standby.signal'), '');
  await server.restart();
  const onStandby = await take();
  expect(onStandby).toMatchObject({
    promise: 'may-repeat-in-window',
    position: { standby: true, seen: null },
  });
  expect(onStandby.reasons.join()).toMatch(/standby/);
  expect(onStandby.ids).toEqual([1, 2, 3, 4, 5]);

  // What the job knew before it ever read from the standby.
  const before: Position = {
    ...position!,
    standby: false,
    mode: 'exact',
    seen: [],
    cluster: { ...position!.cluster, timeline: 1 },
  };
  await server.query('SELECT pg_promote()');
  await server.query('INSERT INTO t VALUES (6)');
  position = { ...before, scanFrom: new Date(Date.now() - 3_600_000).toISOString() };
  const promoted = await take();
  expect(promoted).toMatchObject({ promise: 'may-repeat', position: { cluster: { timeline: 2 } } });
  expect(promoted.reasons.join()).toMatch(/timeline 2, and was on 1/);
  expect(promoted.ids).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await take()).toMatchObject({ ids: [], promise: 'exactly-once' });
});
