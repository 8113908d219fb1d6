/**
 * A source that fails and comes back: the run gets over it, every row is there once, and the manifest says what happened.
 * Each case is compared with what Postgres itself says the table holds.
 */
import { describe, expect, test } from 'vitest';
import { comesBack } from '../harness/comes-back.ts';
import { failure } from '../harness/engine/test-engine.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import {
  BUCKET,
  ROWS,
  db,
  expectRows,
  manifestOf,
  orders,
  RANGES,
  rangesDone,
  reading,
  slowly,
  terminateAll,
  terminateAllDuring,
  rowsOf,
  s3,
  sessions,
  startEngine,
  terminate,
  warnings,
  writtenRows,
} from './recovery-world.ts';

const ONE_SNAPSHOT = { retries: 0, restarts: 0, resumes: 0 };

describe('nothing goes wrong', () => {
  test.each([1, 2, 4])('%i connections: every row once, in ranges that follow the scan', async (parallel) => {
    await using engine = await startEngine();
    const ended = await engine.extract({ ...orders, parallel });
    expectRows(ended, await rowsOf());
    const manifest = manifestOf(ended);
    expect(manifest).toMatchObject({
      consistency: 'one-snapshot',
      workers: parallel,
      recoveries: ONE_SNAPSHOT,
    });
    expect(manifest.ranges.length).toBe(parallel === 1 ? 1 : RANGES);
    // Numbers of objects follow the scan: so do the rows in them, one object after the other.
    const inOrder = manifest.objects.flatMap(({ key }) =>
      s3.object(BUCKET, key).toString().split('\n').slice(0, -1).map(Number.parseFloat),
    );
    expect(inOrder).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
    expect(manifest.objects.map(({ key }) => key.slice(-9, -4))).toEqual(
      manifest.objects.map((_, i) => String(i + 1).padStart(5, '0')),
    );
  });

  test('a key without {part} is one object, which is said', async () => {
    await using engine = await startEngine();
    const ended = await engine.extract({ ...orders, parallel: 4, key: 'orders.csv' });
    expectRows(ended, await rowsOf());
    expect(manifestOf(ended)).toMatchObject({ workers: 1, objects: [{ key: 'orders.csv' }] });
    expect(warnings(ended)).toContain('the key has no {part}');
  });

  test('ranges without rows write no objects; a table without any writes one', async () => {
    await using engine = await startEngine();
    const some = await engine.extract({
      ...orders,
      selection: { table: { name: 'orders' }, where: 'i > 23000' },
      parallel: 2,
    });
    expectRows(some, await rowsOf('SELECT * FROM orders WHERE i > 23000'));
    expect(manifestOf(some).objects.length).toBeLessThan(manifestOf(some).ranges.length);
    const none = await engine.extract({
      ...orders,
      selection: { table: { name: 'orders' }, where: 'i < 0' },
      parallel: 2,
      format: { kind: 'csv', header: true },
    });
    expect(none.manifest!.objects).toMatchObject([{ rows: 0, bytes: 'i,filler\n'.length }]);
  });

  test('objects that roll have numbers of their own, and are listed with their ranges', async () => {
    await using engine = await startEngine(db.port, { minRangeBytes: 10 * 1024 ** 2 });
    const ended = await engine.extract({ ...orders, parallel: 2, objectSize: 5 * 1024 ** 2 });
    expectRows(ended, await rowsOf());
    const { ranges, objects } = manifestOf(ended);
    expect(ranges.length).toBe(2);
    expect(ranges.every((range) => range.objects.length > 1)).toBe(true);
    expect(objects.map(({ key }) => Number(key.slice(-9, -4))).toSorted((a, b) => a - b)).toEqual(
      objects.map((_, i) => i + 1),
    );
  });
});

test.each([
  [
    'field notes 15 and 32: partitions of very different sizes',
    `CREATE TABLE parts (i int, filler text) PARTITION BY RANGE (i);
     CREATE TABLE parts_small PARTITION OF parts FOR VALUES FROM (0) TO (100);
     CREATE TABLE parts_empty PARTITION OF parts FOR VALUES FROM (100) TO (101);
     CREATE TABLE parts_rest PARTITION OF parts DEFAULT;`,
  ],
  [
    'field note 15: a table whose rows lie in children that inherit from it',
    `CREATE TABLE parts (i int, filler text);
     CREATE TABLE parts_child () INHERITS (parts);
     CREATE RULE child AS ON INSERT TO parts DO INSTEAD INSERT INTO parts_child VALUES (NEW.*);`,
  ],
])('%s: every row once', async (_, make) => {
  await db.query(`${make} INSERT INTO parts SELECT * FROM orders WHERE i <> 100;`);
  await using engine = await startEngine();
  const ended = await engine.extract({ ...orders, selection: { table: { name: 'parts' } }, parallel: 3 });
  expectRows(ended, await rowsOf('SELECT * FROM parts'));
  expect(manifestOf(ended)).toMatchObject({ workers: 3, consistency: 'one-snapshot' });
  expect(manifestOf(ended).ranges.length).toBeGreaterThan(3);
});

describe('the connection of a reader is lost', () => {
  test('field note 13: its range is read again in the same snapshot, which another connection holds', async () => {
    await using engine = await startEngine();
    const before = await rowsOf();
    const runId = await engine.start({ ...slowly, parallel: 2 });
    const readers = await reading(2);
    await db.query(`DELETE FROM orders WHERE i % 2 = 0; UPDATE orders SET filler = 'x'`);
    await terminate(readers.slice(0, 1));
    const ended = await engine.ended(runId);
    expectRows(ended, before);
    expect(manifestOf(ended)).toMatchObject({
      consistency: 'one-snapshot',
      recoveries: { retries: 1, restarts: 0, resumes: 0 },
    });
    expect(warnings(ended)).toMatch(/Range \d of 7 broke off and will be read again in the same snapshot/);
  });

  test('all of them: each range is read again in the same snapshot', async () => {
    await using engine = await startEngine();
    const before = await rowsOf();
    const runId = await engine.start({ ...slowly, parallel: 3 });
    await rangesDone(engine, runId, 1);
    await db.query('DELETE FROM orders');
    await terminate(await reading(3));
    const ended = await engine.ended(runId);
    expectRows(ended, before);
    expect(manifestOf(ended).consistency).toBe('one-snapshot');
    expect(manifestOf(ended).recoveries).toEqual({ retries: 3, restarts: 0, resumes: 0 });
  });

  test('the one that holds the snapshot: those that are open go on in it', async () => {
    await using engine = await startEngine();
    const before = await rowsOf();
    const runId = await engine.start({ ...slowly, parallel: 2 });
    await reading(2);
    await terminate(await sessions('holding'));
    await db.query('DELETE FROM orders');
    const ended = await engine.ended(runId);
    expectRows(ended, before);
    expect(manifestOf(ended)).toMatchObject({ consistency: 'one-snapshot', recoveries: ONE_SNAPSHOT });
  });

  test('the holder and one of two: the other takes over its range', async () => {
    await using engine = await startEngine();
    const before = await rowsOf();
    const runId = await engine.start({ ...slowly, parallel: 2 });
    const readers = await reading(2);
    await terminate(await sessions('holding'));
    await terminate(readers.slice(0, 1));
    await db.query('DELETE FROM orders');
    const ended = await engine.ended(runId);
    expectRows(ended, before);
    expect(manifestOf(ended)).toMatchObject({
      consistency: 'one-snapshot',
      recoveries: { retries: 1, restarts: 0, resumes: 0 },
    });
  });
});

describe('the snapshot is lost with all its connections, while others change the table', () => {
  /** Ends all sessions of a run in its middle, and changes the table before it comes back. */
  async function loseAll(engine: Awaited<ReturnType<typeof startEngine>>, change: string, spec: object) {
    const runId = await engine.start({ ...slowly, parallel: 2, ...spec });
    await rangesDone(engine, runId, 2);
    await terminateAllDuring(change);
    return await engine.ended(runId);
  }

  test('restart: the result is the table at one moment, after the change', async () => {
    await using engine = await startEngine();
    const ended = await loseAll(engine, `DELETE FROM orders WHERE i % 2 = 0`, {});
    expectRows(ended, await rowsOf());
    expect(manifestOf(ended)).toMatchObject({
      consistency: 'one-snapshot',
      recoveries: { restarts: 1, resumes: 0 },
    });
    expect(warnings(ended)).toContain('everything is read again in a new one');
  });

  test('field note 12, resume: finished ranges stay, the others are of the new snapshot, and the manifest says so', async () => {
    await using engine = await startEngine();
    const before = await rowsOf();
    const ended = await loseAll(engine, 'DELETE FROM orders', { recovery: 'resume' });
    const manifest = manifestOf(ended);
    expect(manifest).toMatchObject({
      consistency: 'snapshot-per-range',
      recoveries: { restarts: 0, resumes: 1 },
    });
    // What was finished is of the table before, and of the others there is nothing.
    const kept = manifest.ranges.filter(({ rows }) => rows > 0);
    expect(kept.length).toBeGreaterThanOrEqual(1);
    expect(kept.length).toBeLessThan(RANGES);
    const rows = writtenRows(ended);
    expect(rows.length).toBe(kept.reduce((sum, range) => sum + range.rows, 0));
    const all = new Set(before);
    expect(new Set(rows).size).toBe(rows.length);
    for (const row of rows) expect(all.has(row)).toBe(true);
    expect(new Set(manifest.ranges.map(({ lsn }) => lsn)).size).toBe(2);
    expect(manifest.source.lsn).toBe(kept[0]!.lsn);
    expect(warnings(ended)).toMatch(/\d of 7 ranges stay, and the others are read in a new one/);
  });

  test('resume refuses a table that was rewritten meanwhile: its blocks hold other rows', async () => {
    await using engine = await startEngine();
    const ended = await loseAll(engine, 'VACUUM FULL orders', { recovery: 'resume' });
    expect(failure(ended).code).toBe('SOURCE_CHANGED');
  });

  test('restart takes a table that was changed as it is now', async () => {
    await using engine = await startEngine();
    const ended = await loseAll(
      engine,
      `ALTER TABLE orders ADD COLUMN extra int; TRUNCATE orders; INSERT INTO orders VALUES (1, 'x', 2)`,
      {},
    );
    expectRows(ended, ['1,x,2+5']);
    expect(ended.manifest!.columns.map(({ name }) => name)).toEqual(['i', 'filler', 'extra']);
  });
});

describe('one connection', () => {
  test('that is terminated begins anew, and the table is of one moment', async () => {
    await using engine = await startEngine(db.port, { maxRangeBytes: 6 * 1024 ** 2 });
    const runId = await engine.start({ ...slowly, parallel: 1 });
    await rangesDone(engine, runId, 1);
    await terminateAll();
    await db.query('DELETE FROM orders WHERE i > 20000');
    const ended = await engine.ended(runId);
    expectRows(ended, await rowsOf());
    expect(manifestOf(ended)).toMatchObject({
      consistency: 'one-snapshot',
      recoveries: { retries: 0, restarts: 1, resumes: 0 },
    });
  });

  test('that is cut begins anew', async () => {
    await using proxy = await TcpProxy.start({ port: db.port });
    await using engine = await startEngine(proxy.port);
    const runId = await engine.start({ ...orders, parallel: 1 });
    await proxy.passed(4 * 1024 ** 2);
    proxy.cut();
    const ended = await engine.ended(runId);
    expectRows(ended, await rowsOf());
    expect(manifestOf(ended)).toMatchObject({ consistency: 'one-snapshot', recoveries: { restarts: 1 } });
  });
});

test('a first connection that fails is a failure at once', async () => {
  const proxy = await TcpProxy.start({ port: db.port });
  await using engine = await startEngine(proxy.port);
  await proxy.close();
  const ended = await engine.extract(orders);
  expect(failure(ended).code).toBe('SOURCE_UNREACHABLE');
  expect(ended.log.filter(({ message }) => message.includes('cannot be reached yet'))).toEqual([]);
});

test('cancel ends the wait for a server at once', async () => {
  const proxy = await TcpProxy.start({ port: db.port });
  await using engine = await startEngine(proxy.port);
  const runId = await engine.start({ ...slowly, parallel: 2 });
  await rangesDone(engine, runId, 1);
  await proxy.close();
  await engine.heard(
    (event) => event.type === 'log' && event.line.message.startsWith('The server cannot be reached yet'),
  );
  await comesBack(() => engine.call('runs.cancel', { runId }));
  expect(s3.objects(BUCKET)).toEqual([]);
  expect(s3.openUploads(BUCKET)).toEqual([]);
});
