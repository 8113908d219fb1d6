/**
 * `npm run captures -- --rounds 200 --seed N`: captures that are killed at random moments while S3, the network and the
 * server fail; replaying what they have written has to give the tables. `--only SEED` repeats one round.
 */
import { parseArgs } from 'node:util';
import { Random } from '../faults/random.ts';
import { playRound } from './play-round.ts';
import { describeRound, roundCase } from './round-case.ts';
import { CaptureWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const random = new Random(Number(values.seed));
const seeds =
  values.only === undefined
    ? Array.from({ length: Number(values.rounds) }, () => random.below(2 ** 31))
    : [Number(values.only)];
console.log(
  values.only === undefined
    ? `${seeds.length} rounds, seed ${values.seed}`
    : `the round of seed ${values.only}`,
);
const began = performance.now();
const total: Record<string, number> = {};
const wrong: number[] = [];
{
  await using world = await CaptureWorld.start();
  for (const seed of seeds) {
    const startedMs = performance.now();
    const { problem, counts } = await playRound(seed, world);
    for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    if (problem === undefined && !values.verbose) process.stdout.write('.');
    else console.log(`\n${describeRound(roundCase(seed))}\n  ${seconds} s, ${JSON.stringify(counts)}`);
    if (problem === undefined) continue;
    wrong.push(seed);
    console.log(`  WRONG: ${problem}\n  again: npm run captures -- --only ${seed}`);
  }
}
console.log(
  `\n${seeds.length} rounds in ${Math.round((performance.now() - began) / 1_000)} s, ${wrong.length} wrong:`,
  total,
);
if (wrong.length > 0) console.log(`Seeds: ${wrong.join(', ')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;
