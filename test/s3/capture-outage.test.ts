/** A destination that is away while changes go on: they wait on disk, in order, and nothing is left behind. */
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { insert, ORDERS, transaction } from '../harness/capture/stream-script.ts';
import {
  JOB,
  openWriter,
  sinkOn,
  type OpenWriter,
  type WriterInHand,
} from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const MIB = 1024 ** 2;
const AWAY = { kind: 'status', status: 503, code: 'SlowDown' } as const;

let s3: S3Server;
let prefixes = 0;
let folder: TemporaryFolder;
let place: string;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await makeTemporaryFolder('outage');
  place = path.join(folder.path, 'objects');
});
afterEach(async () => {
  s3.faults.clear();
  s3.requests.clear();
  await folder.remove();
});

const away = () => s3.faults.add({ op: '*', times: 'always', action: AWAY });

/** A transaction of 64 rows of 16 KiB, which compression does not make smaller. */
const large = (lsn: number) =>
  transaction(
    lsn,
    ...Array.from({ length: 64 }, (_, row) =>
      insert(ORDERS, String(lsn * 100 + row), randomBytes(8 * 1024).toString('hex')),
    ),
  );

const bytesOnDisk = async () => {
  const names = await readdir(place).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(place, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

const options = (bytes: number): OpenWriter => ({
  spec: { rollBytes: 2 * MIB, compression: 'none' },
  limits: { stagedBytes: 2 * MIB, openBytes: 16 * MIB },
  staging: { folder: place, bytes },
});

async function expectWhole(hand: WriterInHand, sink: ReturnType<typeof sinkOn>, lsns: readonly number[]) {
  await hand.writer.stop();
  const { entries, lines, checkpoint } = await readWritten(sink, JOB);
  const seen = entries.flatMap(({ objects }) =>
    objects.flatMap(({ key }) => (lines.get(key) ?? []).map(({ after }) => after?.['id'])),
  );
  expect(seen).toEqual(lsns.flatMap((lsn) => Array.from({ length: 64 }, (_, row) => lsn * 100 + row)));
  expect(checkpoint.pending).toEqual([]);
  expect(s3.openUploads('lake')).toEqual([]);
  expect(await bytesOnDisk()).toBe(0);
}

test('what comes while the destination is away waits on disk, and is there when it is back', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  await using hand = await openWriter(sink, options(100 * MIB));
  const lsns = Array.from({ length: 24 }, (_, index) => 200 + index * 100);
  away();
  // Each comes back: nothing waits for the destination.
  for (const lsn of lsns) await hand.writer.write(large(lsn));
  await expect.poll(bytesOnDisk).toBeGreaterThan(20 * MIB);
  expect(hand.durable).toEqual([]);
  expect(hand.notes).toEqual([]);
  s3.faults.clear();
  await expectWhole(hand, sink, lsns);
});

test('changes do not wait behind the checkpoint of an idle stream that the destination does not take', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  await using hand = await openWriter(sink, options(100 * MIB));
  away();
  await hand.writer.write([{ kind: 'position', lsn: 150n }]);
  await expect.poll(() => hand.waiting.length).toBeGreaterThan(0);
  await hand.writer.write(large(200));
  await hand.writer.write(large(300));
  expect(hand.durable).toEqual([]);
  s3.faults.clear();
  await expectWhole(hand, sink, [200, 300]);
  expect(hand.durable.toSorted((a, b) => Number(a - b))).toEqual(hand.durable);
});

test('where the disk takes no more, the stream waits, and goes on when the destination is back', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  await using hand = await openWriter(sink, options(6 * MIB));
  const lsns = Array.from({ length: 40 }, (_, index) => 200 + index * 100);
  away();
  let written = 0;
  const writing = (async () => {
    for (const lsn of lsns) {
      await hand.writer.write(large(lsn));
      written++;
    }
  })();
  await expect.poll(() => hand.notes).toEqual([expect.stringContaining('find no room')]);
  // So many fit into disk and memory together, and no more, however long it is away.
  await expect.poll(() => hand.waiting.length).toBeGreaterThan(50);
  expect(await bytesOnDisk()).toBeLessThanOrEqual(6 * MIB);
  expect(written).toBeLessThan(20);
  s3.faults.clear();
  await writing;
  await expectWhole(hand, sink, lsns);
});

test('rolls of time do not pile up while the destination is away', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  await using hand = await openWriter(sink, { ...options(100 * MIB), spec: { rollSeconds: 0.1 } });
  await hand.writer.write(transaction(200, insert(ORDERS, '1', 'a')));
  await expect.poll(() => hand.durable).toEqual([208n]);
  away();
  const until = performance.now() + 1_500;
  let lsn = 200;
  while (performance.now() < until) {
    await hand.writer.write(transaction((lsn += 100), insert(ORDERS, String(lsn), 'b')));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  s3.faults.clear();
  await expect.poll(() => hand.durable.at(-1)).toBe(BigInt(lsn + 8));
  await hand.writer.stop();
  const { entries, lines } = await readWritten(sink, JOB);
  // The first, those that were on their way, and one or two with the rest of it.
  expect(entries.length).toBeLessThan(9);
  expect([...lines.values()].flat()).toHaveLength(lsn / 100 - 1);
});

test('an upload in parts that breaks off is aborted before the entry names its object', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  const hand = await openWriter(sink, {
    ...options(100 * MIB),
    spec: { rollBytes: 12 * MIB, compression: 'none' },
  });
  await using _hand = hand;
  const lsns = Array.from({ length: 16 }, (_, index) => 200 + index * 100);
  s3.faults.add(
    { op: 'UploadPart', part: 2, action: AWAY },
    { op: 'CompleteMultipartUpload', action: { kind: 'resetAfterCommit' } },
  );
  for (const lsn of lsns) await hand.writer.write(large(lsn));
  await hand.writer.flush();
  expect(s3.faults.hits()).toEqual([1, 1]);
  await expectWhole(hand, sink, lsns);
});

test('uploads that a process has left which was killed are aborted by the next start', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  const lsns = Array.from({ length: 16 }, (_, index) => 200 + index * 100);
  const spec = { rollBytes: 12 * MIB, compression: 'none' as const };
  {
    await using hand = await openWriter(sink, { ...options(100 * MIB), spec });
    s3.faults.add({ op: 'UploadPart', part: 2, times: 'always', action: { kind: 'hang' } });
    for (const lsn of lsns.slice(0, 14)) await hand.writer.write(large(lsn));
    await s3.requests.seen('UploadPart', { part: 2 });
  }
  s3.faults.clear();
  expect(s3.openUploads('lake')).toHaveLength(1);
  await using hand = await openWriter(sink, { ...options(100 * MIB), spec });
  expect(s3.openUploads('lake')).toEqual([]);
  for (const lsn of lsns) await hand.writer.write(large(lsn));
  await expectWhole(hand, sink, lsns);
});

test('a small object is one write and one look, and what a crash has left is removed side by side', async () => {
  await using sink = sinkOn(s3, `o${++prefixes}`);
  const key = '*.jsonl.zst';
  {
    await using hand = await openWriter(sink, { spec: { rollRows: 1 } });
    for (let lsn = 200; lsn < 1_000; lsn += 100)
      await hand.writer.write(transaction(lsn, insert(ORDERS, '1', 'a')));
    await hand.writer.flush();
    expect(s3.requests.of('PutObject', { key })).toHaveLength(8);
    expect(s3.requests.of('HeadObject', { key })).toHaveLength(8);
    // Objects that no entry names: the one that would do so is on its way for ever, so that none comes late either.
    s3.requests.clear();
    s3.faults.add({ op: 'PutObject', key: '*/log/*', times: 'always', action: { kind: 'hang' } });
    await hand.writer.write(
      transaction(2_000, ...Array.from({ length: 40 }, (_, row) => insert(ORDERS, String(row), 'a'))),
    );
    await s3.requests.seen('PutObject', { key: '*/log/*' });
  }
  s3.faults.clear();
  s3.requests.clear();
  const orphans = s3
    .objects('lake')
    .filter(({ key: at }) => at.startsWith(sink.prefix) && at.includes('00007D0-'));
  expect(orphans.length).toBeGreaterThan(10);
  s3.faults.add({ op: 'DeleteObject', times: 'always', action: { kind: 'delay', ms: 100 } });
  await using _again = await openWriter(sink, {});
  const removed = s3.requests.of('DeleteObject', { key });
  expect(removed.length).toBeGreaterThanOrEqual(orphans.length);
  const inFlight = removed.map(
    ({ arrivedAt }) =>
      removed.filter((at) => at.arrivedAt <= arrivedAt && (at.endedAt ?? Infinity) > arrivedAt).length,
  );
  expect(Math.max(...inFlight)).toBeGreaterThan(4);
  expect(Math.max(...inFlight)).toBeLessThanOrEqual(8);
});
