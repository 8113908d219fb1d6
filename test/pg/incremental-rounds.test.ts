/** The model of incremental extracts against a real server. `npm run rounds` plays it with many more seeds. */
import { expect, test } from 'vitest';
import { playRound } from '../harness/incremental/round.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';

const ROUNDS = 12;

/** Another one each time; a failure names it. */
const FIRST_SEED = Date.now() % 1_000_000;

const postgres = sharedPostgres({
  settings: { max_prepared_transactions: '20', wal_writer_delay: '10ms' },
});

test('exact mode: all extracts, applied in order, are the table, and no version comes twice', async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed++) {
    const { skipped, repeated, fallbacks, extracts } = await playRound(postgres(), seed, 'exact');
    expect(
      { skipped, repeated, fallbacks },
      `seed ${seed}: npm run rounds -- --rounds 1 --seed ${seed}`,
    ).toEqual({
      skipped: [],
      repeated: [],
      fallbacks: [],
    });
    expect(extracts, `seed ${seed}`).toBeGreaterThan(0);
  }
});

test('the same model finds that "strictly greater" skips rows, so it tests something', async () => {
  let skipped = 0;
  for (const seed of [1, 2, 3, 4]) skipped += (await playRound(postgres(), seed, 'greater')).skipped.length;
  expect(skipped).toBeGreaterThan(0);
});

test('the same model finds that a lookback window repeats rows', async () => {
  let repeated = 0;
  for (const seed of [1, 2]) repeated += (await playRound(postgres(), seed, 'lookback')).repeated.length;
  expect(repeated).toBeGreaterThan(0);
});
