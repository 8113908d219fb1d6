/**
 * `npm run wire -- --rounds 20000 --seed N`: conversations with a server one of whose messages was changed. Ends with 1 and the
 * seeds where one did not end with the right rows or with an error of its connection.
 */
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from './campaign.ts';
import { WireWorld } from './world.ts';

const options = readCampaign({
  name: 'wire',
  unit: 'rounds',
  about:
    'Conversations with a server that sends what it should not: the right rows, or an error of the connection.',
  atOnce: 24,
});
console.log(options.title);
const started = performance.now();
await using world = await WireWorld.start();
const total = await playCampaign(
  world,
  options.seeds,
  options.atOnce,
  (seed, { what, mutation, outcome, problem }) => {
    if (problem === undefined && !options.verbose) return;
    const verdict = problem === undefined ? outcome : `WRONG (${outcome}): ${problem}`;
    console.log(`seed ${seed}: ${what}, ${mutation.kind} at message ${mutation.at}\n  ${verdict}`);
  },
);
const counts = [...total.outcomes]
  .toSorted(([, a], [, b]) => b - a)
  .map(([code, count]) => `${code} ${count}`);
console.log(`\n${counts.join(', ')}`);
console.log(`in ${Math.round((performance.now() - started) / 1_000)} s`);
console.log(`${options.seeds.length} rounds, ${total.wrong.length} wrong`);
if (total.wrong.length > 0) console.log(`Seeds: ${total.wrong.join(', ')}`);
process.exitCode = total.wrong.length === 0 ? 0 : 1;
