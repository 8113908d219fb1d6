/** Small objects of a capture become large ones, while the history stays what it is, wherever a compaction breaks off. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  compactCapture,
  type CompactRequest,
} from '../../electron/engine/capture/compact/compact-capture.ts';
import { readHistory } from '../../electron/engine/capture/replay/read-log.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { breakingSink, Died } from '../harness/capture/breaking-sink.ts';
import { JOB, MadeCapture, shapeOf, type MadeChange } from '../harness/capture/made-capture.ts';
import { tableSource } from '../harness/capture/table-source.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const HOUR_MS = 3_600_000;
const LARGE = { targetBytes: 1024 ** 2 };
const shape = shapeOf(['id', 'name']);
const wider = shapeOf(['id', 'name', 'price']);
const signal = new AbortController().signal;
let folder: TemporaryFolder;
let made: MadeCapture;
let nowMs = Date.UTC(2020, 5, 2);

beforeEach(async () => {
  folder = await makeTemporaryFolder('compact');
  made = new MadeCapture(new FolderSink(folder.path));
  nowMs = Date.UTC(2020, 5, 2);
});
afterEach(() => folder.remove());

const compact = (
  request: CompactRequest = LARGE,
  sink: ObjectSink = made.sink,
  { pid = 1, isAlive = false }: { readonly pid?: number; readonly isAlive?: boolean } = {},
) =>
  compactCapture(
    {
      sink,
      job: JOB,
      clock: { now: () => new Date(nowMs), monotonicMs: () => nowMs },
      self: { pid, host: 'here', startedAt: '2020-06-01T00:00:00.000Z' },
      isAlive: () => isAlive,
    },
    request,
    signal,
  );

const insert = (id: number, at: number): MadeChange => ({ op: 'c', at, after: { id, name: `n${id}` } });
const lsn = () => 1_000n;

/** Twelve entries of one insert each; the last three have a column more. */
async function twelve(): Promise<void> {
  await made.snapshot(10, { shape, changes: [{ op: 'r', at: 10, after: { id: 0, name: 'n0' } }] });
  for (let i = 1; i <= 12; i++) {
    const change = insert(i, i * 50);
    await made.changes(i * 50 + 10, {
      shape: i > 9 ? wider : shape,
      changes: [i > 9 ? { ...change, after: { ...change.after, price: null } } : change],
    });
  }
  await made.checkpoint({ durableLsn: '0/3E8' });
}

/** What is there is the table, and all objects are what the log says. */
async function expectWhole(): Promise<void> {
  const rows = Array.from({ length: 13 }, (_, i) => [String(i), `n${i}`, null]);
  const source = tableSource(lsn(), wider, rows);
  const access = {
    settings: { host: '', port: 1, database: '', user: '', tls: 'disable' as const },
    password: undefined,
  };
  const found = await verifyCapture(
    made.sink,
    { job: JOB, database: { source, access, waitSeconds: 0 } },
    signal,
  );
  expect(found).toMatchObject({ proved: true, logProblems: [], objectProblems: [] });
  expect(found.tables[0]!.compared).toMatchObject({ rows: 13, missing: 0, extra: 0, different: 0 });
}

/** Keys of all objects that lie there, and of those that count or have counted. */
async function objects(): Promise<{ stored: string[]; named: string[]; current: number }> {
  const names = await readdir(path.join(folder.path, JOB), { recursive: true });
  const { history } = await readHistory(made.sink, JOB, signal);
  const keys = [...history.keys()];
  return {
    stored: names
      .filter((name) => name.endsWith('.zst'))
      .map((name) => `${JOB}/${name}`)
      .toSorted(),
    named: [...keys, ...history.replaced.map(({ key }) => key)].toSorted(),
    current: keys.length,
  };
}

test('neighbours of one schema become one object, in their place', async () => {
  await twelve();
  expect(await compact()).toMatchObject({ replaced: 12, written: 2, entries: 2, removed: 0 });
  await expectWhole();
  const { stored, named, current } = await objects();
  expect(current).toBe(3);
  expect(stored).toEqual(named);
  expect(await compact()).toMatchObject({ replaced: 0, written: 0, entries: 0 });
});

test('an object does not become larger than the target', async () => {
  await twelve();
  const { history } = await readHistory(made.sink, JOB, signal);
  const largest = Math.max(...[...history.tables.values()][0]!.changes.map(({ object }) => object.bytes));
  await compact({ targetBytes: largest * 3 });
  expect((await objects()).current).toBeGreaterThan(3);
  await expectWhole();
});

test('what was replaced goes when it is told to, and old enough', async () => {
  await twelve();
  await compact();
  nowMs += HOUR_MS;
  expect(await compact({ ...LARGE, removeAfterHours: 2 })).toMatchObject({ removed: 0 });
  nowMs += HOUR_MS;
  expect(await compact({ ...LARGE, removeAfterHours: 2 })).toMatchObject({ removed: 12 });
  expect((await objects()).stored).toHaveLength(3);
  await expectWhole();
  expect(await compact({ ...LARGE, removeAfterHours: 2 })).toMatchObject({ removed: 0 });
});

describe('a compaction that dies', () => {
  test.each([false, true])(
    'at each of its requests leaves a whole history (request done: %s)',
    async (done) => {
      await twelve();
      const counting = breakingSink(made.sink);
      await compact({ ...LARGE, removeAfterHours: 0 }, counting.sink);
      const all = counting.requests();
      expect(all).toBeGreaterThan(10);
      for (let diesAt = 1; diesAt <= all; diesAt++) {
        await folder.remove();
        folder = await makeTemporaryFolder('compact');
        made = new MadeCapture(new FolderSink(folder.path));
        await twelve();
        await using sink = breakingSink(made.sink, { diesAt, done }).sink;
        // The last request gives the claim back, and needs no answer.
        await compact({ ...LARGE, removeAfterHours: 0 }, sink).catch((error: unknown) =>
          expect(error).toBeInstanceOf(Died),
        );
        await expectWhole();
        await compact({ ...LARGE, removeAfterHours: 0 }, made.sink, { pid: 2 });
        await expectWhole();
        const { stored, current } = await objects();
        expect(current).toBe(3);
        expect(stored).toHaveLength(3);
      }
    },
  );
});

describe('beside others', () => {
  test('a writer that takes the next number is let pass', async () => {
    await twelve();
    const key = '_sluice/orders/log/0000000000000014-00000001.json';
    let taken = false;
    const { sink } = breakingSink(made.sink, {
      before: async (at) => {
        if (at !== key || taken) return;
        taken = true;
        await made.changes(700, {
          shape: wider,
          changes: [{ op: 'u', at: 650, after: { id: 1, name: 'n1', price: null } }],
        });
      },
    });
    await compact(LARGE, sink);
    expect(taken).toBe(true);
    await expectWhole();
    const { history } = await readHistory(made.sink, JOB, signal);
    expect(history.sequence).toBe(16);
  });

  test('a second compaction is turned away while the first lives', async () => {
    await twelve();
    await compact(LARGE, breakingSink(made.sink, { diesAt: 5 }).sink).catch(() => undefined);
    await expect(compact(LARGE, made.sink, { pid: 2, isAlive: true })).rejects.toMatchObject({
      code: 'STORE_COMPACTION_BUSY',
    });
  });

  test('one that is taken for dead, and is only slow, writes no entry after the other has begun', async () => {
    await twelve();
    let other: Promise<unknown> | undefined;
    const { sink } = breakingSink(made.sink, {
      before: async (at) => {
        if (!at.endsWith('0000000000000014-00000001.json') || other !== undefined) return;
        other = compact(LARGE, made.sink, { pid: 2 });
        await other;
      },
    });
    await expect(compact(LARGE, sink)).rejects.toMatchObject({ code: 'STORE_COMPACTION_BUSY' });
    await expectWhole();
    expect((await objects()).stored).toEqual((await objects()).named);
  });

  test('a damaged object is not copied', async () => {
    await twelve();
    const { history } = await readHistory(made.sink, JOB, signal);
    const { key } = [...history.tables.values()][0]!.changes[3]!.object;
    await made.sink.remove({ runId: 'x', keys: [key], uploads: [], owned: true }, signal);
    await expect(compact()).rejects.toMatchObject({ code: 'DATA_LOG_INVALID' });
    expect((await objects()).current).toBe(13);
  });
});
