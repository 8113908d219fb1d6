/** A short campaign of captures that are killed; `npm run captures` has the long one, and repeats a round by its seed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { HistoryError, readHistory, type Files } from '../captures/history-rows.ts';
import { playRound } from '../captures/play-round.ts';
import { replay } from '../captures/replay.ts';
import { roundCase } from '../captures/round-case.ts';
import { CaptureScene } from '../captures/scene.ts';
import { CaptureWorld } from '../captures/world.ts';
import { Random } from '../faults/random.ts';

const ROUNDS = 2;
const SEED = Number(process.env['SLUICE_CAPTURE_SEED'] ?? Date.now() % 1_000_000);

let world: CaptureWorld;
beforeAll(async () => {
  world = await CaptureWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(`${ROUNDS} rounds (seed ${SEED}): what was captured is what the tables have`, async () => {
  const random = new Random(SEED);
  const problems: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const seed = random.below(2 ** 31);
    const { problem } = await playRound(seed, world);
    if (problem !== undefined) problems.push(`npm run captures -- --only ${seed}: ${problem}`);
  }
  expect(problems).toEqual([]);
}, 240_000);

test('a seed stands for one round', () => {
  expect(roundCase(7)).toEqual(roundCase(7));
});

/** A test that could not fail would prove nothing. */
describe('the replay finds', () => {
  let files: Files;
  const job = 'damaged';
  beforeAll(async () => {
    await using scene = await CaptureScene.begin(world, job);
    await (await scene.finish()).exitCode();
    await scene.write(1_000, 1_020);
    await (await scene.finish()).exitCode();
    files = world.files(job);
    expect(await scene.problem()).toBe(undefined);
  });

  /** The last object of changes, with other lines; the log says how many there are, so that only the lines are wrong. */
  function withLines(change: (lines: string[]) => string[]): Files {
    const logKey = [...files.keys()].filter((key) => key.includes('/log/')).at(-1)!;
    const log = JSON.parse(files.get(logKey)!.toString()) as {
      objects: { key: string; rows: number; bytes: number }[];
    };
    const object = log.objects[0]!;
    const lines = zstdDecompressSync(files.get(object.key)!).toString().trimEnd().split('\n');
    const changed = change(lines);
    const bytes = zstdCompressSync(`${changed.join('\n')}\n`);
    object.rows = changed.length;
    object.bytes = bytes.length;
    return new Map([...files, [object.key, bytes], [logKey, Buffer.from(JSON.stringify(log))]]);
  }

  test.each<[string, (lines: string[]) => string[], RegExp]>([
    ['a change that comes twice', ([first = '', ...rest]) => [first, first, ...rest], /comes behind|twice/],
    ['changes in another order', (lines) => lines.toReversed(), /comes behind/],
    ['an insert that is missing', ([, ...rest]) => rest, /there is no row|neither/],
    [
      'a value that is missing',
      ([first = '', ...rest]) => [first.replace(/,"v":"[^"]*"/, ''), ...rest],
      /without "v"/,
    ],
  ])('%s', (_, change, message) => {
    expect(() => replay(readHistory(withLines(change), job))).toThrow(message);
    expect(() => replay(readHistory(withLines(change), job))).toThrow(HistoryError);
  });

  test('an object that is missing, and an entry', () => {
    const object = [...files.keys()].find((key) => key.endsWith('.zst'))!;
    const entry = [...files.keys()].find((key) => key.includes('/log/'))!;
    for (const key of [object, entry]) {
      const without = new Map([...files].filter(([name]) => name !== key));
      expect(() => replay(readHistory(without, job))).toThrow(HistoryError);
    }
  });
});
