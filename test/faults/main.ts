/**
 * `npm run faults -- --runs 500 --seed N`: extracts while S3 and Postgres fail at random. Each has to end with a correct
 * set of objects, or with a clear failure and nothing left. `--only SEED` repeats one run.
 */
import { readCampaign } from '../harness/campaign-options.ts';
import { runCampaign } from './campaign.ts';
import { faultNames, type FaultCase } from './fault-case.ts';
import type { CaseResult } from './run-case.ts';
import { FaultWorld } from './world.ts';

const { seeds, title, verbose } = readCampaign({
  name: 'faults',
  unit: 'runs',
  about:
    'Extracts while S3 and Postgres fail: a correct set of objects, or a clear failure and nothing left.',
});

function report(faults: FaultCase, { outcome, problem }: CaseResult, ms: number): void {
  if (problem === undefined && !verbose) {
    process.stdout.write('.');
    return;
  }
  const what = `${faults.table} ${JSON.stringify(faults.job)} ${faultNames(faults).join(' + ')}`;
  const verdict = problem === undefined ? outcome : `WRONG (${outcome}): ${problem}`;
  console.log(`\n${faults.seed}  ${what}\n  ${verdict}, ${Math.round(ms)} ms`);
  if (problem !== undefined) console.log(`  again: npm run faults -- --only ${faults.seed}`);
}

console.log(title);
const began = performance.now();
let last = began;
{
  await using world = await FaultWorld.start();
  const summary = await runCampaign(seeds, world, (faults, result) => {
    const now = performance.now();
    report(faults, result, now - last);
    last = now;
  });
  const wrong = summary.problems.map(({ seed }) => seed);
  console.log(`\n\n${summary.text()}\n`);
  console.log(
    `${seeds.length} runs in ${Math.round((performance.now() - began) / 1_000)} s, ${wrong.length} wrong`,
  );
  if (wrong.length > 0) console.log(`Seeds: ${wrong.join(', ')}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
