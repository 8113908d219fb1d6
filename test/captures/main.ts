/**
 * `npm run captures -- --rounds 200 --seed N`: captures that are killed at random moments while S3, the network and the
 * server fail; replaying what they have written has to give the tables. `--at-once N` plays several side by side.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from '../harness/play-campaign.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import type { Files } from './history-rows.ts';
import { playRound, type RoundResult } from './play-round.ts';
import { buildProgram } from './program.ts';
import { describeRound, roundCase } from './round-case.ts';
import { CaptureWorld } from './world.ts';

const options = readCampaign({
  name: 'captures',
  rounds: 200,
  about: 'Captures that are killed, cut off and refused: replaying what they have written gives the tables.',
  atOnce: Math.min(4, Math.ceil(availableParallelism() / 2)),
});
const total: Record<string, number> = {};
const steps: Record<string, number> = {};
const times: number[] = [];
await using built = await makeTemporaryFolder('program');
const program = await buildProgram(built.path);
await using worlds = new AsyncDisposableStack();
const idle: CaptureWorld[] = [];

/** Each round that goes on beside others has a server of its own. */
async function play(seed: number): Promise<string | undefined> {
  const startedMs = performance.now();
  const world = idle.pop() ?? worlds.use(await CaptureWorld.start({ program }));
  const result = await playRound(seed, world);
  idle.push(world);
  const ms = performance.now() - startedMs;
  times.push(ms);
  add(total, result.counts);
  add(steps, result.trace.totals());
  return report(result, ms);
}

async function report(
  { seed, problem, counts, trace, files }: RoundResult,
  ms: number,
): Promise<string | undefined> {
  const what = `${describeRound(roundCase(seed))}\n  ${seconds(ms)} s, ${JSON.stringify(counts)}\n  ${trace.text()}`;
  if (options.verbose) console.log(`\n${what}`);
  if (problem === undefined) return undefined;
  const kept = path.join(tmpdir(), `sluice-wrong-round-${seed}`);
  await keep(files, kept);
  return `${what}\n  ${problem}\n  its files: ${kept}`;
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

function summary(): string {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = seconds(sorted[sorted.length >> 1] ?? 0);
  return [
    `A round took ${middle} s (median), ${seconds(sorted.at(-1) ?? 0)} s (most): ${JSON.stringify(total)}`,
    `Seconds by step: ${JSON.stringify(Object.fromEntries(Object.entries(steps).map(([name, ms]) => [name, Number(seconds(ms))])))}`,
  ].join('\n');
}

await playCampaign(options, play, summary);
