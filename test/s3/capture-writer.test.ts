/** What a capture writes: objects, log and checkpoint. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  insert,
  ORDERS,
  read,
  remove,
  transaction,
  truncate,
  update,
  makeShape,
} from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

let s3: S3Server;
let prefixes = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

test('changes become an object, an entry and a checkpoint, and then they are durable', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  await using hand = await openWriter(sink);
  const { writer, durable } = hand;
  expect(writer.start).toBe(100n);
  await writer.write([
    ...transaction(200, insert(ORDERS, '1', 'a'), insert(ORDERS, '2', 'b')),
    ...transaction(
      300,
      update(ORDERS, ['3', 'a'], { kind: 'key', values: ['1', null] }),
      remove(ORDERS, 'key', '2', null),
      truncate(ORDERS),
    ),
  ]);
  expect(durable).toEqual([]);
  await writer.stop();
  expect(durable).toEqual([308n]);
  const { checkpoint, entries, lines } = await readWritten(sink, JOB);
  expect(checkpoint).toMatchObject({ epoch: 1, sequence: 1, durableLsn: '0/134', pending: [], writer: null });
  expect(entries).toMatchObject([
    { kind: 'changes', fromLsn: '0/64', toLsn: '0/134', transactions: 2, objects: [{ rows: 6, part: 1 }] },
  ]);
  const key = `${sink.prefix}/shop/public/Orders/2026-01-01/00000000000000C8-000000000000012C-00001.jsonl.zst`;
  expect(lines.get(key)?.map(({ op, before, after }) => [op, before, after])).toEqual([
    ['c', null, { id: 1, v: 'a' }],
    ['c', null, { id: 2, v: 'b' }],
    ['d', { id: 1 }, null],
    ['c', null, { id: 3, v: 'a' }],
    ['d', { id: 2 }, null],
    ['t', null, null],
  ]);
  expect(lines.get(key)?.[4]).toMatchObject({
    source: {
      snapshot: 'false',
      db: 'shop',
      table: 'Orders',
      txId: 300,
      lsn: 298,
      commit_lsn: 300,
      sequence: '["300","298"]',
    },
    transaction: { id: '300:300', total_order: 3, data_collection_order: 3 },
  });
});

test('another writer goes on where the first stopped, and leaves out what it has', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  const first = transaction(200, insert(ORDERS, '1', 'a'));
  {
    await using hand = await openWriter(sink);
    await hand.writer.write(first);
    await hand.writer.stop();
  }
  await using hand = await openWriter(sink);
  expect(hand.writer.start).toBe(208n);
  await hand.writer.write([...first, ...transaction(300, insert(ORDERS, '2', 'b'))]);
  await hand.writer.stop();
  const { checkpoint, lines } = await readWritten(sink, JOB);
  expect(checkpoint).toMatchObject({ epoch: 2, sequence: 2 });
  expect([...lines.values()].flat().map(({ after }) => after?.['id'])).toEqual([1, 2]);
});

test('a snapshot is one entry, and changes that it has are left out', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  const table = ORDERS.file.table;
  await using hand = await openWriter(sink, {
    tables: [{ table, state: 'pending', lsn: null, rows: 0 }],
    spec: { rollRows: 2 },
  });
  const { writer } = hand;
  const snapshot = await writer.snapshotTable({ table, lsn: 250n, at: new Date('2026-01-02T03:04:05Z') });
  await snapshot.write({ shape: ORDERS, rows: ['1', '2', '3'].map((id) => read(ORDERS, 250n, id, 'x')) });
  await writer.write([
    ...transaction(200, insert(ORDERS, '1', 'left out')),
    ...transaction(250, insert(ORDERS, '4', 'kept')),
  ]);
  await writer.flush();
  await snapshot.complete();
  expect(writer.checkpoint.tables).toEqual([{ table, state: 'done', lsn: '0/FA', rows: 3 }]);
  await writer.stop();
  const { entries, lines, checkpoint } = await readWritten(sink, JOB);
  expect(checkpoint.pending).toEqual([]);
  expect(entries.map(({ kind, objects }) => [kind, objects.map(({ rows }) => rows)])).toEqual([
    ['changes', [1]],
    ['snapshot', [2, 1]],
  ]);
  expect([...lines.values()].flat().map(({ op, after }) => [op, after?.['id']])).toEqual([
    ['c', 4],
    ['r', 1],
    ['r', 2],
    ['r', 3],
  ]);
});

test('a commit at the very position of a snapshot, on the same day, does not replace its rows', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  const table = ORDERS.file.table;
  await using hand = await openWriter(sink, { tables: [{ table, state: 'pending', lsn: null, rows: 0 }] });
  const { writer } = hand;
  const snapshot = await writer.snapshotTable({ table, lsn: 250n, at: new Date('2026-01-01T00:00:00Z') });
  await snapshot.write({ shape: ORDERS, rows: [read(ORDERS, 250n, '1', 'x')] });
  await snapshot.complete();
  await writer.write(transaction(250, insert(ORDERS, '2', 'y')));
  await writer.stop();
  const { lines } = await readWritten(sink, JOB);
  const keys = [...lines.keys()].map((key) => key.slice(key.lastIndexOf('/') + 1));
  const position = '00000000000000FA-00000000000000FA';
  expect(keys).toEqual([`${position}-s00001.jsonl.zst`, `${position}-00001.jsonl.zst`]);
  expect([...lines.values()].flat().map(({ op, after }) => [op, after?.['id']])).toEqual([
    ['r', 1],
    ['c', 2],
  ]);
});

test('tables whose names come to one text in a key do not replace the rows of each other', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  // A folder of macOS or Windows folds case too, which the third name would meet.
  const columns = [{ name: 'id', typeId: 23, key: true }, { name: 'v' }];
  const shapes = ['a/b', 'a_b', 'A_B'].map((name) => makeShape(name, columns));
  const tables = shapes.map(
    ({ file }) => ({ table: file.table, state: 'pending', lsn: null, rows: 0 }) as const,
  );
  await using hand = await openWriter(sink, { tables, spec: { rollRows: 1 } });
  for (const [at, shape] of shapes.entries()) {
    const snapshot = await hand.writer.snapshotTable({
      table: shape.file.table,
      lsn: 250n,
      at: new Date(0),
    });
    await snapshot.write({
      shape,
      rows: [read(shape, 250n, `${at}`, 'x'), read(shape, 250n, `${at + 10}`, 'y')],
    });
    await snapshot.complete();
  }
  await hand.writer.stop();
  const { entries, lines, checkpoint } = await readWritten(sink, JOB);
  const keys = entries.flatMap(({ objects }) => objects.map(({ key }) => key.toLowerCase()));
  expect(new Set(keys).size).toBe(6);
  expect([...lines.values()].flat().map(({ after }) => after?.['id'])).toEqual([0, 10, 1, 11, 2, 12]);
  expect(checkpoint.pending).toEqual([]);
});

test('the position of an idle stream becomes durable', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  await using hand = await openWriter(sink);
  await hand.writer.write([{ kind: 'position', lsn: 500n }]);
  await expect.poll(() => hand.durable).toEqual([500n]);
  expect(hand.writer.checkpoint.durableLsn).toBe('0/1F4');
});

test('a transaction that is larger than an object spans several, and is one entry', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  await using hand = await openWriter(sink, { spec: { rollRows: 10 } });
  const rows = Array.from({ length: 40 }, (_, index) => insert(ORDERS, String(index), 'x'));
  await hand.writer.write(transaction(200, ...rows));
  await hand.writer.stop();
  const { entries, lines } = await readWritten(sink, JOB);
  expect(entries.map(({ objects }) => objects.map(({ part, rows: count }) => [part, count]))).toEqual([
    [
      [1, 15],
      [2, 15],
      [3, 10],
    ],
  ]);
  const all = [...lines.values()].flat();
  expect(all.map(({ after }) => after?.['id'])).toEqual(rows.map((_, index) => index));
  expect(all.map((line) => line.transaction?.['total_order'])).toEqual(rows.map((_, index) => index + 1));
});

test('three hundred tables with little each are one roll, and their keys are noted with one write', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  await using hand = await openWriter(sink);
  const shapes = Array.from({ length: 300 }, (_, index) =>
    makeShape(`t${index}`, [{ name: 'id', typeId: 23, key: true }]),
  );
  await hand.writer.write(transaction(400, ...shapes.map((shape) => insert(shape, '1'))));
  await hand.writer.stop();
  const { entries, lines } = await readWritten(sink, JOB);
  expect(entries.map(({ objects }) => objects.length)).toEqual([300]);
  expect([...lines.values()].flat()).toHaveLength(300);
  const writes = s3.requests.of('PutObject', { key: `${sink.prefix}/_sluice/shop/checkpoint.json` });
  // The first, the question what conditions do, the claim, the keys, the count of the entry, the end; and what met in between.
  expect(writes.length).toBeLessThanOrEqual(7);
});

test('a new version of the columns begins another object, and each names its schema', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  await using hand = await openWriter(sink);
  const wider = makeShape('Orders', [
    { name: 'id', typeId: 23, key: true },
    { name: 'v' },
    { name: 'added', typeId: 16 },
  ]);
  await hand.writer.write([
    ...transaction(200, insert(ORDERS, '1', 'a')),
    ...transaction(300, insert(wider, '2', 'b', 't')),
  ]);
  await hand.writer.stop();
  const { entries } = await readWritten(sink, JOB);
  const [first, second] = entries.flatMap(({ objects }) => objects);
  expect([first?.schema, second?.schema]).toEqual([
    `${sink.prefix}/_sluice/shop/schema/public.Orders-${ORDERS.digest}.json`,
    `${sink.prefix}/_sluice/shop/schema/public.Orders-${wider.digest}.json`,
  ]);
  const kept = await sink.readState(second?.schema ?? '', AbortSignal.timeout(5_000));
  expect(JSON.parse(kept?.text ?? '')).toEqual(wider.file);
});

test('a large transaction with objects of one row is neither thousands of objects nor of requests at once', async () => {
  await using sink = sinkOn(s3, `w${++prefixes}`);
  s3.requests.clear();
  const table = ORDERS.file.table;
  await using hand = await openWriter(sink, {
    tables: [{ table, state: 'pending', lsn: null, rows: 0 }],
    spec: { rollRows: 1 },
  });
  const { writer } = hand;
  const ids = Array.from({ length: 4_000 }, (_, at) => String(at));
  const snapshot = await writer.snapshotTable({ table, lsn: 150n, at: new Date('2026-01-02T03:04:05Z') });
  await snapshot.write({ shape: ORDERS, rows: ids.map((id) => read(ORDERS, 150n, id, 'x')) });
  await snapshot.complete();
  await writer.write(transaction(100_000, ...ids.map((id) => insert(ORDERS, id, 'y'))));
  await writer.stop();
  const { entries, lines, checkpoint } = await readWritten(sink, JOB);
  expect(entries.map(({ objects }) => objects.length)).toEqual([256 + 4, 256 + 3]);
  for (const op of ['r', 'c']) {
    const told = [...lines.values()].flat().filter((line) => line.op === op);
    expect(told.map(({ after }) => String(after?.['id']))).toEqual(ids);
  }
  expect(checkpoint.pending).toEqual([]);
  expect(s3.requests.peak('PutObject')).toBeLessThanOrEqual(5);
  expect(s3.requests.of('PutObject', { key: '*checkpoint.json' }).length).toBeLessThan(30);
});
