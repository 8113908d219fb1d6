/** The app is killed while it peeks and watches: the server is left as if it had never been there. */
import { expect, test } from 'vitest';
import { ServedClient } from '../bench/served-client.ts';
import { settingsOf } from '../harness/engine/test-engine.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const postgres = sharedPostgres();

test('a served app that is killed leaves no slot, no session, and no WAL that is held', async () => {
  await using folder = await makeTemporaryFolder('wal-killed');
  await using db = await postgres().createDatabase('shop');
  await db.query("SELECT pg_create_logical_replication_slot('theirs', 'test_decoding')");
  await db.query('CREATE TABLE t (id int); INSERT INTO t VALUES (1)');
  await using app = await ServedClient.start({ folder: folder.path, env: process.env });
  const { id: connectionId } = await app.call('connections.save', {
    name: 'Shop',
    colour: 'gray',
    readOnly: true,
    settings: settingsOf(db),
    password: { kind: 'set', value: db.password },
  });
  await app.call('wal.watch', { connectionId, watch: { heartbeat: false } });
  for (const slot of ['theirs', null]) {
    const { peekId } = await app.call('wal.peekOpen', { connectionId, slot });
    await app.call('wal.peekNext', { peekId, waitMs: 0 });
  }
  const left = async () => {
    const { rows } = await db.query<{ what: string }>(`
      SELECT slot_name::text AS what FROM pg_replication_slots WHERE slot_name <> 'theirs'
       UNION ALL
      SELECT 'session ' || pid FROM pg_stat_activity WHERE application_name = 'sluice'`);
    return rows.map(({ what }) => what);
  };
  expect((await left()).some((what) => what.startsWith('sluice_peek_'))).toBe(true);
  expect((await left()).some((what) => what.startsWith('session'))).toBe(true);
  await app.kill();
  await expect.poll(left).toEqual([]);
  await db.query("SELECT pg_drop_replication_slot('theirs')");
});
