/** What happens to a run between two files of it: written line by line, and there again after a crash. */
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { changedRun, withFinished, type RunChange } from '../../electron/engine/run-change.ts';
import type { StoredRun } from '../../electron/engine/ports.ts';
import type { FinishedRange } from '../../electron/engine/reading-state.ts';
import { createRunFiles } from '../../electron/engine/store/run-files.ts';
import { SaveQueue } from '../../electron/engine/store/save-queue.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { runIdOf, storedRun } from '../fakes/stored-run.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const RANGES = 50;

const finished = (number: number, rows = number): FinishedRange => ({
  number,
  blocks: null,
  rows,
  bytesRead: 10,
  objects: [],
  uploads: [],
  parts: [],
  losses: [],
  snapshotNumber: 1,
  snapshot: '1:1:',
  lsn: null,
});

/** A run that is being read. */
const running: StoredRun = {
  ...storedRun(1),
  run: { ...storedRun(1).run, state: { tag: 'running', phase: 'transfer' } },
  reading: {
    columns: [],
    identity: 'x',
    workers: 2,
    ranges: Array.from({ length: RANGES }, (_, i) => ({ number: i + 1, blocks: null })),
    done: [],
    snapshots: 1,
    retries: 0,
    restarts: 0,
    resumes: 0,
  },
};

const anyKey = fc.constantFrom('a', 'b', 'c');
const anyChange: fc.Arbitrary<RunChange> = fc.oneof(
  anyKey.map((key) => ({ tag: 'writing' as const, key })),
  fc
    .record({ key: anyKey, uploadId: fc.constantFrom('1', '2') })
    .map((upload) => ({ tag: 'upload' as const, upload })),
  fc.uniqueArray(anyKey).map((keys) => ({ tag: 'removed' as const, keys })),
  fc
    .integer({ min: 1, max: RANGES })
    .map((number) => ({ tag: 'finished' as const, range: finished(number) })),
);

let temporary: TemporaryFolder;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('changes');
});
afterEach(() => temporary.remove());
const open = () => createRunFiles(temporary.path, memoryLog());
const runs = () => path.join(temporary.path, 'runs');
const filesOfChanges = async () => (await readdir(runs())).filter((name) => name.endsWith('.changes'));

/** Saves a run, and then each change with what the run is after it. */
async function saveAll(changes: readonly RunChange[], store = open()): Promise<StoredRun> {
  await store.save(running);
  let last = running;
  for (const change of changes) {
    last = changedRun(last, change);
    await store.save(last, change);
  }
  return last;
}

describe('changes on disk', () => {
  it('are there again when another process reads the run, whatever they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange, { maxLength: 12 }), async (changes) => {
        const last = await saveAll(changes);
        expect(await open().load(runIdOf(1))).toEqual(last);
      }),
      { numRuns: 40 },
    );
  });

  it('leave the file of the run alone, and go with it when all is saved', async () => {
    const store = open();
    await store.save(running);
    const file = path.join(runs(), `${runIdOf(1)}.json`);
    const before = await readFile(file, 'utf8');
    const last = await saveAll([{ tag: 'writing', key: 'a' }], store);
    await store.save(last);
    const after = await readFile(file, 'utf8');
    expect(after).not.toBe(before);
    expect(await filesOfChanges()).toEqual([]);
  });

  it('lose the one that was half written when the power failed, and no other', async () => {
    const store = open();
    const last = await saveAll([{ tag: 'writing', key: 'a' }], store);
    const [name = ''] = await filesOfChanges();
    await appendFile(path.join(runs(), name), '\n{"tag":"writing","ke');
    expect(await open().load(runIdOf(1))).toEqual(last);
    const next: RunChange = { tag: 'finished', range: finished(3) };
    await store.save(changedRun(last, next), next);
    expect(await open().load(runIdOf(1))).toEqual(changedRun(last, next));
  });

  it('of an earlier file of the run count no more, and go when it is claimed', async () => {
    await saveAll([{ tag: 'writing', key: 'a' }]);
    const stale = path.join(runs(), `${runIdOf(1)}.0123456789ab.changes`);
    await writeFile(stale, '\n{"tag":"writing","key":"stale"}\n');
    const claimed = await open().claim(runIdOf(1), (stored) => stored);
    expect(claimed?.writtenKeys).toEqual(['a']);
    expect(await filesOfChanges()).toEqual([]);
    expect((await open().load(runIdOf(1)))?.writtenKeys).toEqual(['a']);
  });
});

test('ranges are in the order of the scan, whatever the order they end in, and one that is read again is there once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat())), (ended) => {
      let done: readonly FinishedRange[] = [];
      for (const [number, rows] of ended) done = withFinished(done, finished(number, rows));
      const last = new Map(ended);
      expect(done.map(({ number, rows }) => [number, rows])).toEqual([...last].toSorted(([a], [b]) => a - b));
    }),
  );
});

describe('the queue of saves', () => {
  const recorded = (fail: () => boolean = () => false) => {
    const written: string[] = [];
    const write = async (what: string) => {
      await Promise.resolve();
      if (fail()) throw new Error(`no ${what}`);
      written.push(what);
    };
    const queue = new SaveQueue({
      whole: ({ writtenKeys }) => write(`all ${writtenKeys.join('')}`),
      changes: (changes) =>
        write(changes.map((change) => (change.tag === 'writing' ? change.key : '')).join('')),
    });
    let last = running;
    const take = (key: string) => {
      const change = { tag: 'writing', key } as const;
      last = changedRun(last, change);
      return queue.save(last, change);
    };
    return { written, take, whole: () => queue.save(last) };
  };

  it('writes all of a run first, and then what has changed; those that wait become one', async () => {
    const { written, take, whole } = recorded();
    await Promise.all([take('a'), take('b'), take('c')]);
    await take('d');
    await Promise.all([take('e'), whole(), take('f')]);
    expect(written).toEqual(['all a', 'bc', 'd', 'e', 'all abcdef']);
  });

  it('tells of a failure to those whose save it was, and writes all of the run the next time', async () => {
    let broken = false;
    const { written, take } = recorded(() => broken);
    await take('a');
    broken = true;
    const [first, second] = await Promise.allSettled([take('b'), take('c')]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    broken = false;
    await take('d');
    expect(written).toEqual(['all a', 'all abcd']);
  });
});
