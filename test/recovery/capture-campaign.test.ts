/** A short campaign of captures that are killed; `npm run captures` has the long one, and repeats a round by its seed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { HistoryError } from '../captures/history-error.ts';
import { readHistory, type Files } from '../captures/history-rows.ts';
import { playRound } from '../captures/play-round.ts';
import { replay } from '../captures/replay.ts';
import { roundCase } from '../captures/round-case.ts';
import { CaptureScene } from '../captures/scene.ts';
import { columnsOf, difference, replayedOf, truthOf } from '../captures/table-truth.ts';
import { CaptureWorld } from '../captures/world.ts';
import { again, campaignSeeds } from '../harness/campaign-options.ts';

const ROUNDS = 2;
/** What a round may take on a machine that is busy with much else; alone it takes some ten seconds. */
const ROUND_MS = 300_000;
const SEED = Number(process.env['SLUICE_CAPTURE_SEED'] ?? Date.now() % 1_000_000);

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(
  `${ROUNDS} rounds (seed ${SEED}): what was captured is what the tables have`,
  async () => {
    const problems: string[] = [];
    let hits = 0;
    for (const seed of campaignSeeds(SEED, ROUNDS)) {
      const { problem, counts } = await playRound(seed, world, ROUND_MS);
      hits += counts['faults that hit'] ?? 0;
      if (problem !== undefined) problems.push(`${again('captures', seed)}: ${problem}`);
    }
    expect(problems).toEqual([]);
    // Processes that are killed are among them, of which each round has some.
    expect(hits).toBeGreaterThan(0);
  },
  ROUNDS * ROUND_MS + 60_000,
);

test('a seed stands for one round', () => {
  expect(roundCase(7)).toEqual(roundCase(7));
});

/** A test that could not fail would prove nothing. */
describe.each(['jsonl', 'flat'] as const)('of %s the replay finds', (format) => {
  let files: Files;
  const job = `damaged-${format}`;
  beforeAll(async () => {
    await using scene = await CaptureScene.begin(world, job);
    await (await scene.finish(['--format', format])).exitCode();
    await scene.write(1_000, 1_020);
    await (await scene.finish()).exitCode();
    files = world.files(job);
    expect(await scene.problem()).toBe(undefined);
  });

  /** The last object of changes, with other lines; the log says how many there are, so that only the lines are wrong. */
  function withLines(change: (lines: string[]) => string[]): Files {
    const key = logKeys(files).at(-1)!;
    const log = JSON.parse(files.get(key)!.toString()) as {
      objects: { key: string; rows: number; bytes: number }[];
    };
    const object = log.objects[0]!;
    const lines = zstdDecompressSync(files.get(object.key)!).toString().trimEnd().split('\n');
    const changed = change(lines);
    const bytes = zstdCompressSync(`${changed.join('\n')}\n`);
    object.rows = changed.length;
    object.bytes = bytes.length;
    return new Map([...files, [object.key, bytes], [key, Buffer.from(JSON.stringify(log))]]);
  }

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a change that comes twice', ([first = '', ...rest]) => [first, first, ...rest], /comes behind|twice/],
    ['changes in another order', (lines) => lines.toReversed(), /comes behind/],
    ['two that have changed places', swapped, /comes behind/],
    ['an insert that is missing', ([, ...rest]) => rest, /there is no row|neither/],
    [
      'a value that is missing',
      ([first = '', ...rest]) => [first.replace(/,"v":"[^"]*"/, ''), ...rest],
      /without "v"/,
    ],
  ])('%s', async (_, change, message) => {
    const replayed = readHistory(withLines(change), job).then(replay);
    await expect(replayed).rejects.toThrow(message);
    await expect(replayed).rejects.toThrow(HistoryError);
  });

  test.each<[string, (lines: string[]) => string[]]>([
    ['a delete that is missing', (lines) => lines.slice(0, -1)],
    [
      'a value that is another',
      ([first = '', ...rest]) => [first, ...rest.map((line) => line.replace('new 1001', 'old'))],
    ],
  ])('%s, in the rows that come out', async (_, change) => {
    const rowsOf = async (some: Files) =>
      replay(await readHistory(some, job))
        .get('public.orders')!
        .rows.map((row) => JSON.stringify([...row]))
        .toSorted();
    expect(difference(await rowsOf(files), await rowsOf(withLines(change)))).toBeDefined();
  });

  test('an object that is missing, and an entry', async () => {
    const object = [...files.keys()].find((key) => key.endsWith('.zst'))!;
    for (const key of [object, logKeys(files)[0]]) {
      const without = new Map([...files].filter(([name]) => name !== key));
      await expect(readHistory(without, job).then(replay)).rejects.toThrow(HistoryError);
    }
  });
});

test('the replay of a capture as Parquet finds an object that is missing, and one that is there twice', async () => {
  const job = 'damaged-parquet';
  await using scene = await CaptureScene.begin(world, job);
  for (const from of [1_000, 2_000]) {
    await (await scene.finish(['--format', 'parquet'])).exitCode();
    await scene.write(from, from + 20);
  }
  await (await scene.finish()).exitCode();
  expect(await scene.problem()).toBe(undefined);
  const files = world.files(job);
  const [before = '', last = ''] = logKeys(files).slice(-2);
  const withEntry = (change: (entry: { objects: unknown[] }) => unknown): Files => {
    const entry = JSON.parse(files.get(last)!.toString()) as { objects: unknown[] };
    return new Map([...files, [last, Buffer.from(JSON.stringify(change(entry)))]]);
  };
  const objects = (JSON.parse(files.get(before)!.toString()) as { objects: unknown[] }).objects;
  expect(objects).toHaveLength(1);
  await expect(
    readHistory(
      withEntry((entry) => ({ ...entry, objects })),
      job,
    ),
  ).rejects.toThrow(/named before/);
  const rows = replay(
    await readHistory(
      withEntry((entry) => ({ ...entry, objects: [] })),
      job,
    ),
  );
  const client = await scene.database.connect();
  const replayed = replayedOf(rows.get('public.orders')!.rows, await columnsOf(client, 'orders'));
  expect(difference(await truthOf(client, 'orders'), replayed)).toBeDefined();
});

function logKeys(files: Files): string[] {
  return [...files.keys()].filter((key) => key.includes('/log/')).toSorted();
}

function swapped([one = '', two = '', ...rest]: string[]): string[] {
  return [two, one, ...rest];
}
