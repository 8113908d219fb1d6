/**
 * `npm run rounds [count] [first seed]`: the model of incremental extracts against a real Postgres, with as many seeds
 * as are asked for (200). Ends with 1 and the seeds where a row was skipped or came twice.
 */
import { playRound } from './harness/incremental/round.ts';
import { startPostgres } from './harness/postgres/postgres-server.ts';

const [count = 200, first = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const bad: number[] = [];
const total = { extracts: 0, killed: 0, rows: 0, bounded: 0, fallbacks: 0 };
const started = performance.now();
{
  await using server = await startPostgres({
    settings: { max_prepared_transactions: '20', wal_writer_delay: '10ms' },
  });
  for (let seed = first; seed < first + count; seed++) {
    const result = await playRound(server, seed, 'exact');
    total.extracts += result.extracts;
    total.killed += result.killed;
    total.rows += result.rows;
    total.bounded += result.bounded ? 1 : 0;
    total.fallbacks += result.fallbacks.length;
    if (result.skipped.length + result.repeated.length + result.fallbacks.length === 0) continue;
    bad.push(seed);
    console.error(`seed ${seed}:`, result);
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`${count} rounds from seed ${first} in ${seconds} s:`, total);
if (bad.length > 0) {
  console.error(`✗ ${bad.length} rounds failed, with the seeds ${bad.join(', ')}`);
  process.exitCode = 1;
}
