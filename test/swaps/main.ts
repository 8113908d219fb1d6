/**
 * `npm run swaps -- --rounds 500 --seed N`: tables are replaced in every way while they are read. Ends with 1 and the seeds
 * where a reading gave what the table never held.
 */
import { readCampaign } from '../harness/campaign-options.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { playCampaign } from './campaign.ts';

const options = readCampaign({
  name: 'swaps',
  unit: 'rounds',
  about:
    'Tables that are loaded, rewritten and exchanged while they are read: each reading gives what was there.',
  atOnce: 4,
});
console.log(options.title);
const started = performance.now();
await using server = await startPostgres({ settings: { max_connections: '200' } });
const total = await playCampaign(server, options.seeds, options.atOnce, (seed, result) => {
  if (result.problems.length === 0 && !options.verbose) process.stdout.write('.');
  else console.log(`\nseed ${seed}, ${result.shape}:\n  ${result.problems.join('\n  ')}`);
});
const seconds = Math.round((performance.now() - started) / 1_000);
console.log(`\n${total.readings} readings beside ${total.replaced} replacements, in ${seconds} s`);
console.log(`${options.seeds.length} rounds, ${total.wrong.length} wrong`);
if (total.wrong.length > 0) console.log(`Seeds: ${total.wrong.join(', ')}`);
process.exitCode = total.wrong.length === 0 ? 0 : 1;
