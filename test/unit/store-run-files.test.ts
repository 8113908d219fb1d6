import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRunFiles, RUNS_KEPT } from '../../electron/engine/store/run-files.ts';
import { storedRunText } from '../../electron/engine/store/stored-run.ts';
import type { RunState } from '../../electron/contract/run.ts';
import type { StoredRun } from '../../electron/engine/ports.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { runIdOf, storedRun } from '../fakes/stored-run.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

let temporary: TemporaryFolder;
let folder: string;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('runs');
  folder = path.join(temporary.path, 'data');
});
afterEach(() => temporary.remove());

const FAILED = {
  tag: 'failed',
  finishedAt: '2026-11-22T09:30:00.000Z',
  error: { code: 'SOURCE_SHUTDOWN', message: 'gone', hint: '', details: {}, causes: [] },
} satisfies RunState;
const cancelled = { tag: 'cancelled', finishedAt: FAILED.finishedAt } satisfies RunState;
const inState = (n: number, state: RunState): StoredRun => {
  const stored = storedRun(n);
  return { ...stored, run: { ...stored.run, state } };
};
const runs = () => path.join(folder, 'runs');
const fileOf = (n: number) => path.join(runs(), `${runIdOf(n)}.json`);
const open = (log = memoryLog()) => createRunFiles(folder, log);

describe('the history on disk', () => {
  it('begins empty', async () => {
    expect(await open().list()).toEqual([]);
    expect(await open().load(runIdOf(1))).toBeUndefined();
  });

  it('gives back what was saved, newest first', async () => {
    const store = open();
    for (const n of [2, 3, 1]) await store.save(storedRun(n));
    expect(await open().list()).toEqual([storedRun(3), storedRun(2), storedRun(1)]);
    expect(await open().load(runIdOf(2))).toEqual(storedRun(2));
  });

  it('keeps the last of many saves of one run, and leaves no other file', async () => {
    const store = open();
    const saves = Array.from({ length: 20 }, (_, rows) => store.save(storedRun(1, { rows })));
    await Promise.all(saves);
    expect(await open().load(runIdOf(1))).toEqual(storedRun(1, { rows: 19 }));
    expect(await readdir(runs())).toEqual([`${runIdOf(1)}.json`]);
  });

  it('tells runs that may have to be looked after from those that have ended and left nothing', async () => {
    const store = open();
    const upload = { key: 'a', uploadId: 'u' };
    const resumable = { ...FAILED, resumable: { doneRanges: 1, ranges: 2 } };
    const unsettled = [
      inState(1, { tag: 'queued' }),
      inState(2, { tag: 'cancelling' }),
      inState(3, resumable),
      { ...inState(4, FAILED), writtenKeys: ['a'] },
      { ...inState(5, FAILED), openUploads: [upload] },
    ];
    const settled = [inState(6, FAILED), inState(7, cancelled), storedRun(9)];
    for (const run of [...unsettled, ...settled]) await store.save(run);
    const log = memoryLog();
    await writeFile(fileOf(8), '{"run":{"state":{"tag":"failed"}}');
    expect(await open(log).listUnsettled()).toEqual(unsettled.toReversed());
    expect(log.lines).toEqual([expect.stringContaining('left out of the history')]);
  });

  it('tries again after a save that failed', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(runs(), 'a file where the folder should be');
    const store = open();
    await expect(store.save(storedRun(1))).rejects.toMatchObject({ code: 'STORE_NOT_WRITABLE' });
    await rm(runs());
    await store.save(storedRun(1));
    expect(await store.list()).toEqual([storedRun(1)]);
  });

  it('sees at once what another process changed', async () => {
    const [mine, other] = [open(), open()];
    await mine.save(storedRun(1));
    expect(await mine.list()).toHaveLength(1);
    await other.save(storedRun(1, { rows: 7 }));
    await other.save(storedRun(2));
    expect(await mine.list()).toEqual([storedRun(2), storedRun(1, { rows: 7 })]);
    await rm(fileOf(1));
    expect(await mine.list()).toEqual([storedRun(2)]);
  });

  it.each([
    ['half a file', '{"version":1,"run":{'],
    ['a newer version', '{"version":2}'],
    ['a bad state', storedRunText(storedRun(1)).replace('"succeeded"', '"sleeping"')],
  ])('lists the others when one is damaged, and warns once: %s', async (_name, text) => {
    const log = memoryLog();
    const store = open(log);
    await store.save(storedRun(1));
    await store.save(storedRun(2));
    await writeFile(fileOf(1), text);
    expect(await store.list()).toEqual([storedRun(2)]);
    expect(await store.list()).toEqual([storedRun(2)]);
    expect(log.lines).toEqual([expect.stringContaining(fileOf(1))]);
    await expect(store.load(runIdOf(1))).rejects.toMatchObject({ code: expect.stringMatching(/^STORE_/) });
    await store.save(storedRun(1));
    expect(await store.list()).toHaveLength(2);
  });

  it('passes by what is not a run', async () => {
    const store = open();
    await store.save(storedRun(1));
    await writeFile(path.join(runs(), 'notes.json'), '{}');
    await writeFile(`${fileOf(2)}.abc.tmp`, '{');
    expect(await store.list()).toEqual([storedRun(1)]);
  });

  it(`keeps the newest ${String(RUNS_KEPT)}, and lists them quickly`, async () => {
    await mkdir(runs(), { recursive: true });
    for (let n = 0; n < RUNS_KEPT; n += 1) await writeFile(fileOf(n), storedRunText(storedRun(n)));
    const store = open();
    await store.save(storedRun(RUNS_KEPT));
    const first = await store.list();
    expect(first).toHaveLength(RUNS_KEPT);
    expect(first[0]?.run.id).toBe(runIdOf(RUNS_KEPT));
    expect(first.at(-1)?.run.id).toBe(runIdOf(1));
    const readings = vi.fn(JSON.parse);
    vi.spyOn(JSON, 'parse').mockImplementation(readings);
    expect(await store.list()).toEqual(first);
    vi.restoreAllMocks();
    expect(readings).not.toHaveBeenCalled();
  });

  it.each([
    ['can be resumed', { state: { ...FAILED, resumable: { doneRanges: 1, ranges: 2 } } }, {}],
    ['is going on', { state: { tag: 'running', phase: 'transfer' } }, {}],
    [
      'has an upload that nobody has aborted',
      { state: FAILED },
      { openUploads: [{ key: 'k', uploadId: 'u' }] },
    ],
    ['has an object that nobody has removed', { state: FAILED }, { writtenKeys: ['k'] }],
  ] as const)(
    'never forgets a run that %s, or one of a later version, however old',
    async (_which, run, rest) => {
      await mkdir(runs(), { recursive: true });
      const stays: StoredRun = { ...storedRun(0), run: { ...storedRun(0).run, ...run }, ...rest };
      await writeFile(fileOf(0), storedRunText(stays));
      await writeFile(fileOf(1), '{"version":2}');
      await writeFile(fileOf(2), storedRunText(storedRun(2)));
      for (let n = 3; n < RUNS_KEPT + 3; n += 1) await writeFile(fileOf(n), '{}');
      await open().save(storedRun(RUNS_KEPT + 3));
      expect((await readdir(runs())).slice(0, 3).map((name) => path.join(runs(), name))).toEqual(
        [0, 1, 4].map(fileOf),
      );
      expect(await open().load(runIdOf(0))).toEqual(stays);
    },
  );

  it('tells about the runs of others, and not about its own', async () => {
    const [mine, other] = [open(), open()];
    const heard = vi.fn();
    const stop = mine.watch(heard);
    try {
      await mine.save(storedRun(1));
      await mine.save(storedRun(1, { rows: 3 }));
      await other.save(storedRun(2));
      await expect.poll(() => heard.mock.calls).toContainEqual([runIdOf(2)]);
      await other.save(storedRun(1, { rows: 4 }));
      await expect.poll(() => heard.mock.calls).toContainEqual([runIdOf(1)]);
      stop();
      heard.mockClear();
      await other.save(storedRun(3));
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(heard).not.toHaveBeenCalled();
    } finally {
      stop();
    }
  });

  it('writes nothing that its own schema refuses', async () => {
    await open().save(storedRun(1));
    expect(JSON.parse(await readFile(fileOf(1), 'utf8'))).toMatchObject({ version: 1 });
  });
});
