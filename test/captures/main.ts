/**
 * `npm run captures -- --rounds 200 --seed N`: captures that are killed at random moments while S3, the network and the
 * server fail; replaying what they have written has to give the tables. `--only SEED` repeats one round, `--at-once N` plays
 * several side by side, each with a server of its own.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { readCampaign } from '../harness/campaign-options.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import type { Files } from './history-rows.ts';
import { playRound, type RoundResult } from './play-round.ts';
import { buildProgram } from './program.ts';
import { describeRound, roundCase } from './round-case.ts';
import { CaptureWorld } from './world.ts';

const { seeds, title, atOnce, verbose } = readCampaign({
  name: 'captures',
  unit: 'rounds',
  about: 'Captures that are killed, cut off and refused: replaying what they have written gives the tables.',
  atOnce: Math.min(4, Math.ceil(availableParallelism() / 2)),
});
console.log(`${title}, ${atOnce} at once`);
const began = performance.now();
const total: Record<string, number> = {};
const steps: Record<string, number> = {};
const times: number[] = [];
const wrong: number[] = [];
{
  await using folder = await makeTemporaryFolder('program');
  const program = await buildProgram(folder.path);
  const waiting = seeds.values();
  await Promise.all(Array.from({ length: atOnce }, () => playRounds(program, waiting)));
}
const sorted = times.toSorted((a, b) => a - b);
console.log(
  `\n${seeds.length} rounds in ${seconds(performance.now() - began)} s, ${wrong.length} wrong; a round took ${seconds(sorted[sorted.length >> 1] ?? 0)} s (median), ${seconds(sorted.at(-1) ?? 0)} s (most):`,
  total,
);
console.log(
  'Seconds by step:',
  Object.fromEntries(Object.entries(steps).map(([name, ms]) => [name, Number(seconds(ms))])),
);
if (wrong.length > 0) console.log(`Seeds: ${wrong.join(', ')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

async function playRounds(program: string, waiting: Iterator<number>): Promise<void> {
  await using world = await CaptureWorld.start({ program });
  for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
    const startedMs = performance.now();
    const result = await playRound(next.value, world);
    const ms = performance.now() - startedMs;
    times.push(ms);
    add(total, result.counts);
    add(steps, result.trace.totals());
    await report(result, ms);
  }
}

async function report({ seed, problem, counts, trace, files }: RoundResult, ms: number): Promise<void> {
  if (problem === undefined && !verbose) process.stdout.write('.');
  else {
    console.log(
      `\n${describeRound(roundCase(seed))}\n  ${seconds(ms)} s, ${JSON.stringify(counts)}\n  ${trace.text()}`,
    );
  }
  if (problem === undefined) return;
  wrong.push(seed);
  const kept = path.join(tmpdir(), `sluice-wrong-round-${seed}`);
  await keep(files, kept);
  console.log(`  WRONG: ${problem}\n  its files: ${kept}\n  again: npm run captures -- --only ${seed}`);
}

/** What is wrong in one run is not always wrong in the next. */
async function keep(files: Files, folder: string): Promise<void> {
  for (const [key, bytes] of files) {
    const file = path.join(folder, key);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
