/**
 * `npm run rounds -- --rounds 200 --seed N`: the model of incremental extracts against a real Postgres. `--mode greater` shows
 * that the model tells: there rounds have to be wrong.
 */
import { WATERMARK_MODES } from '../electron/contract/watermark-spec.ts';
import { readCampaign } from './harness/campaign-options.ts';
import { playRound } from './harness/incremental/round.ts';
import { playCampaign } from './harness/play-campaign.ts';
import { startPostgres } from './harness/postgres/postgres-server.ts';

const options = readCampaign({
  name: 'rounds',
  rounds: 200,
  about:
    'Writers and incremental extracts in an order that the seed decides: no row is skipped, none comes twice.',
  modes: WATERMARK_MODES,
});
const mode = WATERMARK_MODES.find((name) => name === options.mode) ?? 'exact';
const total = { extracts: 0, killed: 0, rows: 0, replaced: 0, bounded: 0, fallbacks: 0 };
await using server = await startPostgres({
  settings: { max_prepared_transactions: '20', wal_writer_delay: '10ms' },
});

async function play(seed: number): Promise<string | undefined> {
  const result = await playRound(server, seed, mode);
  total.extracts += result.extracts;
  total.killed += result.killed;
  total.rows += result.rows;
  total.replaced += result.replaced;
  total.bounded += result.bounded ? 1 : 0;
  total.fallbacks += result.fallbacks.length;
  if (options.verbose) console.log(`\nseed ${seed}:`, result);
  // The plain modes promise less by themselves.
  const fallbacks = mode === 'exact' ? result.fallbacks.length : 0;
  return result.skipped.length + result.repeated.length + fallbacks > 0 ? JSON.stringify(result) : undefined;
}

await playCampaign(options, play, () => JSON.stringify(total));
