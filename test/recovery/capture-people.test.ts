/** What people do to the tables of a capture by mistake: it goes on with what there is, and says what it cannot. */
import { expect, test } from 'vitest';
import { InterruptedCapture } from '../harness/capture/interrupted-capture.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const postgres = sharedPostgres({ settings: { wal_level: 'logical', wal_writer_delay: '10ms' } });

const TABLES = `CREATE TABLE stays (id int PRIMARY KEY, v text); CREATE TABLE goes (id int PRIMARY KEY, v text);
  INSERT INTO stays VALUES (1, 'a'); INSERT INTO goes VALUES (1, 'a')`;

const same = { missing: 0, extra: 0, different: 0 };

async function ofTables(capture: InterruptedCapture): Promise<Record<string, unknown>> {
  const { tables } = await capture.verify(30);
  return Object.fromEntries(tables.map(({ table, compared }) => [table.name, compared]));
}

test('C8: a table that was dropped does not keep the others from being captured, and it is said', async () => {
  await using db = await postgres().createDatabase();
  await db.query(TABLES);
  await using capture = await InterruptedCapture.make(db, ['stays', 'goes']);
  expect((await capture.run()).error).toBe(undefined);
  await db.query(`DROP TABLE goes; INSERT INTO stays VALUES (2, 'b')`);
  const ended = await capture.run();
  expect(ended.error).toBe(undefined);
  const notes = ended.news.flatMap((each) => (each.kind === 'note' ? [each.message] : []));
  expect(notes.join('\n')).toMatch(/public\.goes is not there any more/);
  expect(await ofTables(capture)).toMatchObject({ stays: same });
  // Made again, it is captured again from its beginning.
  await db.query(`CREATE TABLE goes (id int PRIMARY KEY, v text); INSERT INTO goes VALUES (7, 'new')`);
  expect((await capture.run()).error).toBe(undefined);
  expect(await ofTables(capture)).toMatchObject({ stays: same, goes: { ...same, rows: 1 } });
});

test('C8: a table that is dropped while the capture goes on ends nothing', async () => {
  await using db = await postgres().createDatabase();
  await db.query(TABLES);
  await using capture = await InterruptedCapture.make(db, ['stays', 'goes']);
  {
    await using running = capture.start(200);
    await expect.poll(() => running.status().phase).toBe('streaming');
    await db.query(`UPDATE goes SET v = 'b'; DROP TABLE goes; INSERT INTO stays VALUES (2, 'b')`);
    await expect.poll(() => running.status().notes.join('\n')).toMatch(/lacks public\.goes/);
    expect(await ofTables(capture)).toMatchObject({ stays: same });
    expect(running.status()).toMatchObject({ phase: 'streaming', lastError: null });
  }
});

test('a table that was never there is still refused by name', async () => {
  await using db = await postgres().createDatabase();
  await db.query(TABLES);
  await using capture = await InterruptedCapture.make(db, ['stays', 'gose']);
  expect((await capture.run()).error).toMatch(/no table "public\.gose"/);
});
