/** Writers of one capture that follow each other, and requests of earlier ones that arrive late. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointKey, logKey } from '../../electron/contract/capture-log.ts';
import { readHistory } from '../../electron/engine/capture/replay/read-log.ts';
import type { ObjectSink, ObjectWriter } from '../../electron/engine/ports.ts';
import { insert, ORDERS, transaction } from '../harness/capture/stream-script.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { JOB, openWriter, sinkOn, type WriterInHand } from '../harness/capture/writer-world.ts';
import { Random } from '../harness/random.ts';
import { clientOf } from '../harness/s3/sdk-client.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const SEED = Number(process.env['SLUICE_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 8;
const LAST = 6;
const { signal } = new AbortController();
/** A transaction ends eight bytes behind its commit. */
const positionOf = (id: number) => BigInt(108 + id * 100);
const change = (id: number) => transaction(100 + id * 100, insert(ORDERS, String(id), `v${id}`));

describe.each([true, false])('an endpoint that obeys conditions: %s', (conditionalWrites) => {
  let s3: S3Server;
  beforeAll(async () => {
    s3 = await startS3({ buckets: ['lake'], features: { conditionalWrites } });
  });
  afterAll(async () => {
    await s3[Symbol.asyncDispose]();
  });

  test(`D7: whatever a writer that was followed still sends, each change is in the log once (seed ${SEED})`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await using inner = sinkOn(s3, `late${round}`);
      await playWriters(inner, new Random(SEED + round));
      const { lines, entries } = await readWritten(inner, JOB);
      const what = `seed ${SEED}, round ${round}`;
      const inOrder = entries.flatMap(({ objects }) => objects.flatMap(({ key }) => lines.get(key) ?? []));
      expect(
        inOrder.map(({ after }) => after?.['id']),
        what,
      ).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await readHistory(inner, JOB, signal)).history.problems, what).toEqual([]);
    }
  });

  test('D6: a checkpoint that is older than the log goes on where the log ends, with an epoch of its own', async () => {
    await using sink = sinkOn(s3, 'older');
    const key = checkpointKey(sink.prefix, JOB);
    let older: string | undefined;
    for (const id of [1, 2, 3]) {
      await using hand = await openWriter(sink, { pid: id });
      await hand.writer.write(change(id));
      await hand.writer.stop();
      older ??= (await sink.readState(key, signal))?.text;
    }
    const now = await sink.readState(key, signal);
    await sink.replaceState(key, older ?? '', now?.tag, signal);
    await using hand = await openWriter(sink, { pid: 4 });
    expect(hand.writer.start).toBe(positionOf(3));
    expect(hand.writer.checkpoint.epoch).toBe(4);
    await hand.writer.write(change(4));
    await hand.writer.stop();
    const { lines } = await readWritten(sink, JOB);
    expect([...lines.values()].flat().map(({ after }) => after?.['id'])).toEqual([1, 2, 3, 4]);
  });

  test('an entry that is missing in the middle is not gone over', async () => {
    await using sink = sinkOn(s3, 'gap');
    const key = checkpointKey(sink.prefix, JOB);
    let older: string | undefined;
    {
      await using hand = await openWriter(sink);
      for (const id of [1, 2, 3]) {
        await hand.writer.write(change(id));
        await hand.writer.flush();
        older ??= (await sink.readState(key, signal))?.text;
      }
      await hand.writer.stop();
    }
    const now = await sink.readState(key, signal);
    await sink.replaceState(key, older ?? '', now?.tag, signal);
    const Key = logKey(sink.prefix, JOB, 2, 1);
    await clientOf(s3).send(new DeleteObjectCommand({ Bucket: 'lake', Key }));
    await expect(openWriter(sink)).rejects.toMatchObject({
      code: 'DATA_LOG_INVALID',
      message: expect.stringContaining('entry 2'),
    });
  });
});

/** Writers one after the other. Each holds the slot while it is the last, and some stop in the midst of their requests until later. */
async function playWriters(inner: ObjectSink, random: Random): Promise<void> {
  let confirmed = positionOf(0);
  const frozen: { readonly letGo: () => void; readonly ended: Promise<unknown> }[] = [];
  for (let writers = 1; ; writers++) {
    const isLast = writers === 4;
    const { sink, begin, letGo, stopped } = freezing(inner, isLast ? Infinity : random.below(14));
    let opened: WriterInHand | undefined;
    const working = follow(sink, writers, async (hand) => {
      opened = hand;
      begin();
      // The slot is where the server was told that all is safe: what lies before is nowhere else.
      expect(hand.writer.start).toBeGreaterThanOrEqual(confirmed);
      for (let id = 1; id <= LAST; id++) {
        if (positionOf(id) <= hand.writer.start) continue;
        await hand.writer.write(change(id));
        if (random.chance(0.5)) await hand.writer.flush();
        if (random.chance(0.3)) frozen.pop()?.letGo();
      }
      await hand.writer.stop();
    });
    await Promise.race([working, stopped]);
    // What it says later, the server does not hear any more: the writer that follows has the slot.
    for (const lsn of opened?.durable ?? []) if (lsn > confirmed) confirmed = lsn;
    frozen.push({ letGo, ended: working.catch(() => undefined) });
    if (isLast) break;
  }
  for (const { letGo } of frozen) letGo();
  await Promise.all(frozen.map(({ ended }) => ended));
}

async function follow(
  sink: ObjectSink,
  pid: number,
  work: (hand: WriterInHand) => Promise<void>,
): Promise<void> {
  await using hand = await openWriter(sink, { pid, lsn: positionOf(0), spec: { rollRows: 2 }, signal });
  await work(hand);
}

/** A sink whose requests that change something wait from the nth after `begin` on, until they are let go. */
function freezing(inner: ObjectSink, from: number) {
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<undefined>();
  let requests = Number.NEGATIVE_INFINITY;
  const begin = () => {
    requests = 0;
  };
  const passed = async <T>(work: () => Promise<T>): Promise<T> => {
    if (requests++ >= from) {
      reached.resolve(undefined);
      await gate.promise;
    }
    return await work();
  };
  const writerOf = (writer: ObjectWriter): ObjectWriter => ({
    get bytes() {
      return writer.bytes;
    },
    write: (bytes) => writer.write(bytes),
    complete: (rows) => passed(() => writer.complete(rows)),
    abandon: () => writer.abandon(),
  });
  const sink: ObjectSink = {
    label: inner.label,
    prefix: inner.prefix,
    get refusesConditions() {
      return inner.refusesConditions;
    },
    uriOf: (key) => inner.uriOf(key),
    create: async (...args) => writerOf(await inner.create(...args)),
    verify: (...args) => inner.verify(...args),
    putManifest: (...args) => passed(() => inner.putManifest(...args)),
    list: (...args) => inner.list(...args),
    read: (...args) => inner.read(...args),
    modifiedAt: (...args) => inner.modifiedAt(...args),
    findManifest: (...args) => inner.findManifest(...args),
    readState: (...args) => inner.readState(...args),
    replaceState: (...args) => passed(() => inner.replaceState(...args)),
    remove: (...args) => passed(() => inner.remove(...args)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return { sink, begin, letGo: () => gate.resolve(), stopped: reached.promise };
}
