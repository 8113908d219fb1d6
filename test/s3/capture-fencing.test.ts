/** Two writers of one capture, and a destination that is away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkpointKey, logKey } from '../../electron/contract/capture-log.ts';
import { DyingSink } from '../harness/capture/dying-sink.ts';
import { insert, ORDERS, read, transaction } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const signal = AbortSignal.timeout(60_000);
const A = transaction(200, insert(ORDERS, '1', 'a'));
const B = transaction(300, insert(ORDERS, '2', 'b'));

let s3: S3Server;
let prefixes = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

test('of two writers the one that was there first is fenced, and writes nothing any more', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  await using first = await openWriter(sink, { pid: 1 });
  await first.writer.write(A);
  await using second = await openWriter(sink, { pid: 2 });
  await expect(first.writer.flush()).rejects.toMatchObject({ code: 'DEST_CAPTURE_FENCED' });
  await expect(first.writer.write(B)).rejects.toMatchObject({
    code: 'DEST_CAPTURE_FENCED',
    message: expect.stringContaining('process 2 on here'),
  });
  expect(first.durable).toEqual([]);
  await second.writer.write([...A, ...B]);
  await second.writer.stop();
  const { lines, checkpoint } = await readWritten(sink, JOB);
  expect([...lines.values()].flat().map(({ after }) => after?.['id'])).toEqual([1, 2]);
  expect(checkpoint.epoch).toBe(2);
});

test('a writer that is slow cannot write its entry when the log is closed to it', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  // The first is held right before its entry, with its objects complete.
  const reached = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const slow = new DyingSink(sink).sink;
  const held = {
    ...slow,
    replaceState: async (...args: Parameters<typeof slow.replaceState>) => {
      if (args[0] === logKey(sink.prefix, JOB, 1, 1)) {
        reached.resolve();
        await letGo.promise;
      }
      return await slow.replaceState(...args);
    },
  };
  await using first = await openWriter(held, { pid: 1 });
  await first.writer.write(A);
  const flushed = first.writer.flush().catch((error: unknown) => error);
  await reached.promise;
  await using second = await openWriter(sink, { pid: 2 });
  letGo.resolve();
  expect(await flushed).toMatchObject({ code: 'DEST_CAPTURE_FENCED' });
  await second.writer.write([...A, ...B]);
  await second.writer.stop();
  const { lines, entries } = await readWritten(sink, JOB);
  expect(entries.map(({ objects }) => objects.length)).toEqual([0, 1]);
  expect([...lines.values()].flat().map(({ after }) => after?.['id'])).toEqual([1, 2]);
});

test('an entry of a compaction that took the next number is stepped over', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  await using hand = await openWriter(sink);
  await hand.writer.write(A);
  await hand.writer.flush();
  const { entries } = await readWritten(sink, JOB);
  const compaction = { ...entries[0], kind: 'compaction', sequence: 2, replaces: [] };
  await sink.replaceState(logKey(sink.prefix, JOB, 2, 1), JSON.stringify(compaction), undefined, signal);
  await hand.writer.write(B);
  await hand.writer.stop();
  const after = await readWritten(sink, JOB);
  expect(after.entries.map(({ kind, sequence }) => [kind, sequence])).toEqual([
    ['changes', 1],
    ['compaction', 2],
    ['changes', 3],
  ]);
  expect(after.checkpoint.sequence).toBe(3);
});

test('a destination that is away is waited for, and then everything is written once', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  await using hand = await openWriter(sink);
  s3.faults.add({
    op: '*',
    key: `${sink.prefix}/*`,
    times: 9,
    action: { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  });
  await hand.writer.write(A);
  await hand.writer.stop();
  expect(hand.waiting.length).toBeGreaterThan(0);
  expect(new Set(hand.waiting)).toEqual(new Set(['DEST_THROTTLED']));
  expect(hand.recovered()).toBeGreaterThan(0);
  const { lines } = await readWritten(sink, JOB);
  expect([...lines.values()].flat()).toHaveLength(1);
  s3.faults.clear();
});

test('a failure that cannot pass ends the writer, and says so with the next call', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  await using hand = await openWriter(sink);
  s3.faults.add({
    op: 'PutObject',
    key: `${sink.prefix}/shop/*`,
    times: 'always',
    action: { kind: 'status', status: 403, code: 'AccessDenied' },
  });
  await hand.writer.write(A);
  await expect(hand.writer.flush()).rejects.toMatchObject({ code: 'DEST_ACCESS_DENIED' });
  await expect(hand.writer.write(B)).rejects.toMatchObject({ code: 'DEST_ACCESS_DENIED' });
  s3.faults.clear();
});

test('while too much is on its way, writing waits', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  await using hand = await openWriter(sink, { limits: { stagedBytes: 10 }, spec: { rollRows: 1 } });
  s3.faults.add({ op: 'PutObject', key: `${sink.prefix}/shop/*`, action: { kind: 'hold' } });
  let written = false;
  const writing = hand.writer.write(A).then(() => (written = true));
  await s3.seen('PutObject', { key: `${sink.prefix}/shop/*` });
  expect(written).toBe(false);
  s3.faults.release();
  await writing;
  await hand.writer.stop();
  s3.faults.clear();
});

test('an endpoint that ignores conditions is found out, and noted', async () => {
  await using server = await startS3({ buckets: ['lake'], features: { conditionalWrites: false } });
  await using sink = sinkOn(server, 'open');
  await using hand = await openWriter(sink);
  expect(hand.notes).toHaveLength(1);
  expect(hand.writer.checkpoint.fenced).toBe(false);
});

test('a snapshot that broke off leaves nothing, and its keys are removed by the next start', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  const { table } = ORDERS.file;
  {
    await using hand = await openWriter(sink, { spec: { rollRows: 1 } });
    const snapshot = await hand.writer.snapshotTable({ table, lsn: 150n, at: new Date(0) });
    await snapshot.write({ shape: ORDERS, rows: ['1', '2', '3'].map((id) => read(ORDERS, 150n, id, 'x')) });
    await expect
      .poll(() => s3.objects('lake').filter(({ key }) => key.startsWith(`${sink.prefix}/shop`)).length)
      .toBe(3);
  }
  await using hand = await openWriter(sink);
  expect(s3.objects('lake').filter(({ key }) => key.startsWith(`${sink.prefix}/shop`))).toEqual([]);
  expect(hand.writer.checkpoint.pending).toEqual([]);
});

test('what is read again is written again, byte by byte', async () => {
  const written = await Promise.all(
    ['x', 'y'].map(async (name) => {
      const prefix = `f${++prefixes}${name}`;
      await using sink = sinkOn(s3, prefix);
      await using hand = await openWriter(sink);
      await hand.writer.write([...A, ...B]);
      await hand.writer.stop();
      const [key = ''] = (await readWritten(sink, JOB)).lines.keys();
      return [key.slice(prefix.length), s3.object('lake', key).toString('hex')];
    }),
  );
  expect(written[0]).toEqual(written[1]);
});

test('a checkpoint that is none is refused, and not written over', async () => {
  await using sink = sinkOn(s3, `f${++prefixes}`);
  const key = checkpointKey(sink.prefix, JOB);
  await sink.replaceState(key, '{"version":1}', undefined, signal);
  await expect(openWriter(sink)).rejects.toMatchObject({ code: 'DATA_STATE_INVALID' });
  expect((await sink.readState(key, signal))?.text).toBe('{"version":1}');
});
