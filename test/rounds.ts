/**
 * `npm run rounds -- --rounds 200 --seed N`: the model of incremental extracts against a real Postgres. Ends with 1 and the seeds
 * where a row was skipped or came twice. `--mode greater` shows that the model tells: there it has to.
 */
import { WATERMARK_MODES } from '../electron/contract/watermark-spec.ts';
import { readCampaign } from './harness/campaign-options.ts';
import { playRound } from './harness/incremental/round.ts';
import { startPostgres } from './harness/postgres/postgres-server.ts';

const options = readCampaign({
  name: 'rounds',
  unit: 'rounds',
  about:
    'Writers and incremental extracts in an order that the seed decides: no row is skipped, none comes twice.',
  modes: WATERMARK_MODES,
});
const mode = WATERMARK_MODES.find((name) => name === options.mode) ?? 'exact';
console.log(options.title);
const bad: number[] = [];
const total = { extracts: 0, killed: 0, rows: 0, replaced: 0, bounded: 0, fallbacks: 0 };
const started = performance.now();
{
  await using server = await startPostgres({
    settings: { max_prepared_transactions: '20', wal_writer_delay: '10ms' },
  });
  for (const seed of options.seeds) {
    const result = await playRound(server, seed, mode);
    total.extracts += result.extracts;
    total.killed += result.killed;
    total.rows += result.rows;
    total.replaced += result.replaced;
    total.bounded += result.bounded ? 1 : 0;
    total.fallbacks += result.fallbacks.length;
    // The plain modes promise less by themselves.
    const fallbacks = mode === 'exact' ? result.fallbacks.length : 0;
    const wrong = result.skipped.length + result.repeated.length + fallbacks > 0;
    if (wrong) bad.push(seed);
    if (wrong || options.verbose) console.log(`\nseed ${seed}:`, result);
    else process.stdout.write('.');
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`\n${options.seeds.length} rounds in ${seconds} s, ${bad.length} wrong:`, total);
if (bad.length > 0) console.log(`Seeds: ${bad.join(', ')}`);
process.exitCode = bad.length === 0 ? 0 : 1;
