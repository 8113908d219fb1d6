/** What a crash leaves at each step of the order, and that the next start makes a whole of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DyingSink, type Death, type SinkStep } from '../harness/capture/dying-sink.ts';
import { insert, makeShape, ORDERS, transaction, update } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const ITEMS = makeShape('Items', [{ name: 'id', typeId: 23, key: true }]);
const FIRST = [
  ...transaction(200, insert(ORDERS, '1', 'a'), insert(ITEMS, '10')),
  ...transaction(300, insert(ORDERS, '2', 'b')),
];
const SECOND = [
  ...transaction(400, update(ORDERS, ['1', 'c'])),
  ...transaction(500, insert(ITEMS, '11'), insert(ORDERS, '3', 'd')),
];
const HISTORY = [
  ['Items', 'c', 10, 1],
  ['Items', 'c', 11, 1],
  ['Orders', 'c', 1, 1],
  ['Orders', 'c', 2, 1],
  ['Orders', 'u', 1, 1],
  ['Orders', 'c', 3, 1],
];

let s3: S3Server;
let prefixes = 0;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

/** Two rolls. */
async function capture(sink: ObjectSink): Promise<void> {
  await using hand = await openWriter(sink, { pid: 1 });
  await hand.writer.write(FIRST);
  await hand.writer.flush();
  await hand.writer.write(SECOND);
  await hand.writer.stop();
}

/** A start after the crash, with the stream from where the slot can be at the earliest. */
async function recapture(sink: ObjectSink): Promise<void> {
  await using hand = await openWriter(sink, { pid: 2 });
  await hand.writer.write([...FIRST, ...SECOND]);
  await hand.writer.stop();
}

async function expectWhole(sink: ObjectSink): Promise<void> {
  const { checkpoint, entries, lines } = await readWritten(sink, JOB);
  const seen = entries.flatMap(({ objects }) =>
    objects.flatMap(({ key, table, rows }) => {
      expect(lines.get(key)).toHaveLength(rows);
      return (lines.get(key) ?? []).map(({ op, after }) => [table.name, op, after?.['id'], 1]);
    }),
  );
  const byTable = (name: string) => seen.filter(([table]) => table === name);
  expect([...byTable('Items'), ...byTable('Orders')]).toEqual(HISTORY);
  expect(checkpoint).toMatchObject({
    pending: [],
    writer: null,
    durableLsn: '0/1FC',
    sequence: entries.length,
  });
  const named = [...lines.keys()].sort();
  const there = s3
    .objects('lake')
    .map(({ key }) => key)
    .filter((key) => key.startsWith(`${sink.prefix}/`) && !key.includes('/_sluice/'));
  expect(there).toEqual(named);
  expect(s3.openUploads('lake')).toEqual([]);
}

async function crashAndGoOn(death?: Death): Promise<readonly SinkStep[]> {
  await using sink = sinkOn(s3, `c${++prefixes}`);
  const dying = new DyingSink(sink, death);
  await capture(dying.sink).catch(() => undefined);
  await recapture(sink);
  await expectWhole(sink);
  return dying.steps;
}

const nth = (kind: SinkStep['kind'], n: number) => {
  let count = 0;
  return (step: SinkStep) => step.kind === kind && ++count === n;
};

describe.each(['before', 'after'] as const)('a crash right %s', (when) => {
  // Checkpoint by checkpoint: the first of the job, the probe for conditions, the keys of the first roll, its count.
  test.each([
    ['the first checkpoint', nth('checkpoint', 1)],
    ['the keys are noted', nth('checkpoint', 3)],
    ['the schema is written', nth('schema', 1)],
    ['the first object is complete', nth('object', 1)],
    ['the last object of a roll is complete', nth('object', 2)],
    ['the entry is written', nth('entry', 1)],
    ['the checkpoint counts the entry in', nth('checkpoint', 4)],
    ['the entry of the second roll is written', nth('entry', 2)],
    ['the checkpoint counts that entry in', nth('checkpoint', 6)],
    ['the checkpoint says that nobody writes', nth('checkpoint', 7)],
  ])('%s loses nothing and repeats nothing', async (_, at) => {
    await crashAndGoOn({ at, when });
  });

  test('any step at all loses nothing and repeats nothing', async () => {
    const steps = await crashAndGoOn();
    expect(steps.length).toBeGreaterThan(12);
    for (let index = 0; index < steps.length; index++)
      await crashAndGoOn({ at: (_, at) => at === index, when });
  });
});

test('a crash of the start after a crash leaves nothing behind either', async () => {
  for (let index = 0; index < 8; index++) {
    await using sink = sinkOn(s3, `c${++prefixes}`);
    const first = new DyingSink(sink, { at: nth('entry', 2), when: 'before' });
    await capture(first.sink).catch(() => undefined);
    const second = new DyingSink(sink, {
      at: (_, at) => at === index,
      when: index % 2 === 0 ? 'before' : 'after',
    });
    await recapture(second.sink).catch(() => undefined);
    await recapture(sink);
    await expectWhole(sink);
  }
});

test('every reply that is lost is found out: nothing is written twice, and nothing ends', async () => {
  for (let after = 0; after < 13; after++) {
    await using sink = sinkOn(s3, `l${++prefixes}`);
    const { faults } = s3;
    faults.add({ op: 'PutObject', key: `${sink.prefix}/*`, after, action: { kind: 'resetAfterCommit' } });
    await capture(sink);
    expect(faults.hits()).toEqual([1]);
    faults.clear();
    await expectWhole(sink);
  }
});
