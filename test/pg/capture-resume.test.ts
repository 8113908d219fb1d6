/** A snapshot that was interrupted goes on: what was read stays, and the files come to the tables. */
import { randomInt } from 'node:crypto';
import type { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { InterruptedCapture } from '../harness/capture/interrupted-capture.ts';
import type { Database } from '../harness/postgres/database.ts';
import { installedServers } from '../harness/postgres/server-programs.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const ROWS = 6_000;

/** Every tenth row has a value that is stored apart from it. */
const DOCS = `CREATE TABLE docs (id int PRIMARY KEY, n int NOT NULL, filler text, body text);
  ALTER TABLE docs ALTER body SET STORAGE EXTERNAL, ALTER filler SET STORAGE PLAIN;
  INSERT INTO docs SELECT i, 0, repeat(md5(i::text), 8),
      CASE WHEN i % 10 = 0 THEN repeat(md5(i::text), 80) END
    FROM generate_series(1, ${ROWS}) i`;

/** Changes that move rows to other blocks, to other keys, and away. */
class Disturbance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  async work(client: Client, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const at = 1 + this.below(ROWS);
      const some = `id BETWEEN ${at} AND ${at + 20}`;
      const statement = [
        `UPDATE docs SET n = n + 1 WHERE ${some}`,
        `UPDATE docs SET n = n + 1 WHERE id % 10 = 0 AND id BETWEEN ${at} AND ${at + 200}`,
        `UPDATE docs SET body = repeat('b', 2500 + ${at % 100}) WHERE id = ${at}`,
        // To a key that is free: even ids go up, and what is there comes back.
        `UPDATE docs SET id = id + 1000000 WHERE ${some} AND id % 2 = 0`,
        `UPDATE docs SET id = id - 1000000 WHERE id BETWEEN ${1_000_000 + at} AND ${1_000_020 + at}`,
        `DELETE FROM docs WHERE ${some} AND id % 3 = 0`,
        `INSERT INTO docs SELECT i, -1, 'new', CASE WHEN i % 10 = 0 THEN repeat('c', 2600) END
           FROM generate_series(${at}, ${at + 20}) i ON CONFLICT DO NOTHING`,
      ][this.below(7)];
      // A key that is taken already: nothing has happened then.
      await client.query(statement ?? '').catch(unlessTaken);
    }
  }
}

function unlessTaken(error: unknown): void {
  if ((error as { code?: string }).code !== '23505') throw error;
}

async function expectTable(capture: InterruptedCapture, seed: number, tables = 1): Promise<void> {
  const found = await capture.verify();
  const same = { missing: 0, extra: 0, different: 0, unknownValues: 0 };
  expect(found, `seed ${seed}`).toMatchObject({ proved: true, logProblems: [], objectProblems: [] });
  expect(found.tables, `seed ${seed}`).toHaveLength(tables);
  for (const table of found.tables)
    expect(table, `seed ${seed}`).toMatchObject({ irregular: 0, compared: same, note: null });
}

describe.each(installedServers())('Postgres $major', ({ programs }) => {
  const postgres = sharedPostgres({ programs });

  // Of Parquet, objects of the snapshot are read amid those of the changes, each from a file of its own.
  const formats = ['jsonl', 'parquet'] as const;
  test.each(formats)('a snapshot interrupted while rows move comes to the table, as %s', async (format) => {
    const seed = randomInt(2 ** 31);
    await using db: Database & AsyncDisposable = await postgres().createDatabase();
    await db.query(DOCS);
    const client = await db.connect();
    const disturbance = new Disturbance(seed);
    await using capture = await InterruptedCapture.make(db, ['docs'], { format });
    let kept = 0;
    for (let attempt = 0; attempt < 3; attempt++) {
      const over = new AbortController();
      const work = (async () => {
        while (!over.signal.aborted) await disturbance.work(client, 3);
      })();
      const { news, error } = await capture.run(1 + disturbance.below(4));
      over.abort();
      await work;
      expect(error, `seed ${seed}`).toBeUndefined();
      const begun = news.find(({ kind }) => kind === 'snapshot');
      if (begun?.kind === 'snapshot') {
        expect(begun.done, `seed ${seed}`).toBeGreaterThanOrEqual(kept);
        kept = begun.done;
      }
      await disturbance.work(client, 10);
      // Rows that are written later come to lie where rows were read.
      await client.query('DELETE FROM docs WHERE id < 600 AND id % 4 <> 0');
      await client.query('VACUUM docs');
      await disturbance.work(client, 10);
    }
    const { error } = await capture.run();
    expect(error, `seed ${seed}`).toBeUndefined();
    await expectTable(capture, seed);
  });

  test('ranges that were read stay, and are not read again', async () => {
    await using db = await postgres().createDatabase();
    await db.query(DOCS.replaceAll('80)', '1)'));
    await using capture = await InterruptedCapture.make(db, ['docs']);
    await capture.run(6);
    const before = await capture.written();
    const partial = before.entries.filter(({ kind }) => kind === 'partial');
    const [state] = before.checkpoint.tables;
    expect(state).toMatchObject({ state: 'pending', lsn: null, reading: { fromLsn: partial[0]?.fromLsn } });
    const rowsKept = partial.flatMap(({ objects }) => objects).reduce((sum, { rows }) => sum + rows, 0);
    expect(state?.rows).toBe(rowsKept);
    const { rowsRead, news } = await capture.run();
    expect(news.find(({ kind }) => kind === 'snapshot')).toMatchObject({ done: state?.reading?.ranges.done });
    // What comes again is of the ranges that were not finished, one for each connection.
    expect(rowsRead).toBeGreaterThanOrEqual(ROWS - rowsKept);
    expect(rowsRead).toBeLessThan(ROWS - rowsKept + 2 * 600);
    const after = await capture.written();
    expect(after.entries.slice(0, before.entries.length)).toEqual(before.entries);
    const last = after.entries.find(({ kind }) => kind === 'snapshot');
    expect(last).toMatchObject({ fromLsn: partial[0]?.fromLsn });
    expect(last?.toLsn).not.toBe(last?.fromLsn);
    expect(after.checkpoint.tables).toMatchObject([
      { state: 'done', lsn: last?.fromLsn, rows: rowsKept + rowsRead },
    ]);
    await expectTable(capture, 0);
  });

  test('of finished ranges only rows that were written since come again, where a value is stored apart', async () => {
    await using db = await postgres().createDatabase();
    await db.query(DOCS);
    await using capture = await InterruptedCapture.make(db, ['docs']);
    await db.query('DELETE FROM docs WHERE id <= 200');
    await db.query('VACUUM docs');
    await capture.run(6);
    const before = await capture.written();
    const rowsKept = before.checkpoint.tables[0]?.rows ?? 0;
    // From the end of the table, which was not read, to its beginning, which was; the value itself is not in the WAL.
    await db.query('UPDATE docs SET n = 7 WHERE id % 10 = 0 AND id BETWEEN 5000 AND 5200');
    await db.query('UPDATE docs SET id = -id, n = 7 WHERE id % 10 = 0 AND id BETWEEN 5300 AND 5500');
    const { rows } = await db.query<{ moved: number }>(
      'SELECT count(*)::int AS moved FROM docs WHERE n = 7 AND (ctid::text::point)[0] < 10',
    );
    expect(rows[0]?.moved).toBeGreaterThan(0);
    const { rowsRead } = await capture.run();
    expect(rowsRead).toBeLessThan(ROWS - rowsKept + 2 * 600);
    await expectTable(capture, 0);
  });

  test('a table that was truncated or rewritten in the middle is read from its beginning', async () => {
    for (const change of [
      `TRUNCATE docs; INSERT INTO docs SELECT i, 1, 'again', NULL FROM generate_series(1, 500) i`,
      'ALTER TABLE docs ALTER n TYPE bigint',
      'VACUUM FULL docs',
      `ALTER TABLE docs ADD COLUMN more text DEFAULT 'more'`,
    ]) {
      await using db = await postgres().createDatabase();
      await db.query(DOCS);
      await using capture = await InterruptedCapture.make(db, ['docs']);
      await capture.run(3);
      for (const statement of change.split('; ')) await db.query(statement);
      await db.query('UPDATE docs SET n = n + 1 WHERE id % 7 = 0');
      const { news, error, rowsRead } = await capture.run();
      expect(error, change).toBeUndefined();
      expect(
        news.find(({ kind }) => kind === 'snapshot'),
        change,
      ).toMatchObject({ done: 0 });
      const { rows } = await db.query<{ count: string }>('SELECT count(*) FROM docs');
      expect(rowsRead, change).toBe(Number(rows[0]?.count));
      const { entries, checkpoint } = await capture.written();
      const last = entries.findLast(({ kind }) => kind === 'snapshot');
      expect(last?.fromLsn, change).toBe(last?.toLsn);
      expect(checkpoint.tables[0]?.reading, change).toBeUndefined();
      await expectTable(capture, 0);
    }
  });

  test('a table that is added later goes on as well, and one without a key is read as a whole', async () => {
    await using db = await postgres().createDatabase();
    await db.query(DOCS);
    await db.query(
      `CREATE TABLE bag (n int, filler text); ALTER TABLE bag REPLICA IDENTITY FULL;
       INSERT INTO bag SELECT i % 100, repeat('x', 300) FROM generate_series(1, 3000) i;
       CREATE TABLE first (id int PRIMARY KEY); INSERT INTO first VALUES (1)`,
    );
    await using capture = await InterruptedCapture.make(db, ['first']);
    await capture.run();
    const { news } = await capture.run(2, ['first', 'docs', 'bag']);
    expect(news.filter(({ kind }) => kind === 'snapshot')).toMatchObject([{ table: { name: 'docs' } }]);
    await db.query(
      'UPDATE docs SET n = 1 WHERE id < 500; DELETE FROM bag WHERE n = 3; INSERT INTO first VALUES (2)',
    );
    const again = await capture.run(undefined, ['first', 'docs', 'bag']);
    const [docs, bag] = again.news.flatMap((each) => (each.kind === 'snapshot' ? [each] : []));
    expect(docs?.done).toBeGreaterThan(0);
    expect(bag).toMatchObject({ table: { name: 'bag' }, done: 0 });
    const { entries } = await capture.written();
    expect(entries.filter(({ kind, table }) => kind === 'partial' && table?.name !== 'docs')).toEqual([]);
    await expectTable(capture, 0, 3);
  });
});
