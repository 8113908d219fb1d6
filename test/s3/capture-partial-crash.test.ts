/** What a crash leaves at each step of a snapshot that is written part by part, and that the next start goes on with it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideCourse } from '../../electron/engine/capture/reading-course.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { DyingSink, type Death, type SinkStep } from '../harness/capture/dying-sink.ts';
import { ORDERS, read } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const { table } = ORDERS.file;
const BLOCKS = [0, 1, 2, 3, 4, 5, 6, 7];
/** A range for each block, and a row in each block. */
const RANGES = BLOCKS.map((from) => ({ from, to: from === BLOCKS.length - 1 ? null : from + 1 }));
const FACTS = { keyed: true, identity: 'one', timeline: 1, oldestXid: 100n, nextXid: 200n, toasted: false };

let s3: S3Server;
let prefixes = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

/** Reads what is left of the table. @returns the blocks that were read, and those that the checkpoint had before */
async function readTable(sink: ObjectSink, pid: number, lsn: bigint) {
  const pending = { table, state: 'pending', lsn: null, rows: 0 } as const;
  await using hand = await openWriter(sink, { pid, tables: [pending], spec: { rollRows: 2 } });
  const { writer } = hand;
  const [known] = writer.checkpoint.tables;
  const wasRead: number[] = [];
  if (known?.state !== 'done') {
    const course = decideCourse(RANGES, FACTS, known?.reading);
    const before = course.resumed ? known?.reading : undefined;
    const snapshot = await writer.snapshotTable({ table, lsn, at: new Date(0), begun: course.begun, before });
    for (const { blocks } of course.pieces) {
      if (blocks === null) throw new Error('the table was not cut up');
      const inPiece = BLOCKS.filter((block) => block >= blocks.from && block < (blocks.to ?? Infinity));
      const rows = inPiece.map((block) => read(ORDERS, lsn, String(block), 'x'));
      await snapshot.write({ shape: ORDERS, rows, finished: blocks });
      wasRead.push(...inPiece);
    }
    await snapshot.complete();
  }
  await writer.stop();
  return { wasRead, kept: known?.reading?.blocks ?? [] };
}

async function expectWhole(sink: ObjectSink): Promise<readonly number[]> {
  const { checkpoint, entries, lines } = await readWritten(sink, JOB);
  const last = entries.findLast(({ kind }) => kind === 'snapshot');
  const counting = entries.filter(({ objects, fromLsn }) => objects.length > 0 && fromLsn === last?.fromLsn);
  const keys = counting.flatMap(({ objects }) => objects.map(({ key }) => key));
  const ids = keys.flatMap((key) => (lines.get(key) ?? []).map(({ after }) => Number(after?.['id'])));
  expect(new Set(ids)).toEqual(new Set(BLOCKS));
  expect(checkpoint).toMatchObject({
    pending: [],
    writer: null,
    tables: [{ table, state: 'done', lsn: last?.fromLsn, rows: ids.length }],
  });
  expect(checkpoint.tables[0]).not.toHaveProperty('reading');
  const there = s3.objects('lake').map(({ key }) => key);
  const ofTable = there.filter((key) => key.startsWith(`${sink.prefix}/`) && !key.includes('/_sluice/'));
  expect(ofTable).toEqual([...lines.keys()].sort());
  expect(s3.openUploads('lake')).toEqual([]);
  return ids;
}

async function crashAndGoOn(goOnAt: bigint, death?: Death): Promise<readonly SinkStep[]> {
  await using sink = sinkOn(s3, `p${++prefixes}`);
  const dying = new DyingSink(sink, death);
  await readTable(dying.sink, 1, 250n).catch(() => undefined);
  const { wasRead, kept } = await readTable(sink, 2, goOnAt);
  const finished = BLOCKS.filter((block) =>
    kept.some(({ from, to }) => block >= from && block < (to ?? Infinity)),
  );
  expect(wasRead.filter((block) => finished.includes(block))).toEqual([]);
  const ids = await expectWhole(sink);
  for (const block of finished) expect(ids.filter((id) => id === block)).toEqual([block]);
  return dying.steps;
}

// On a server that nobody uses the second snapshot stands where the first one stood.
describe.each([
  ['later', 400n],
  ['at the same position', 250n],
] as const)('a snapshot in parts that goes on %s', (_, goOnAt) => {
  test.each(['before', 'after'] as const)('after a crash right %s any step', async (when) => {
    const steps = await crashAndGoOn(goOnAt);
    expect(steps.filter(({ kind }) => kind === 'entry').length).toBeGreaterThan(3);
    for (let index = 0; index < steps.length; index++)
      await crashAndGoOn(goOnAt, { at: (_step, at) => at === index, when });
  });
});
