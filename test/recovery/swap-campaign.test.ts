/** A short campaign of tables that are replaced while they are read; `npm run swaps` has the long one. */
import { expect, test } from 'vitest';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { wrongRounds } from '../harness/play-campaign.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { SwapCampaign } from '../swaps/campaign.ts';

const ROUNDS = 12;
const SEED = Number(process.env['SLUICE_SWAP_SEED'] ?? Date.now() % 1_000_000);
const postgres = sharedPostgres({ settings: { max_connections: '200' } });

test(`E1: ${ROUNDS} rounds (seed ${SEED}): each reading gives what the table held at one moment`, async () => {
  const campaign = new SwapCampaign(postgres());
  expect(await wrongRounds('swaps', campaignSeeds(SEED, ROUNDS), 3, campaign.play)).toEqual([]);
  expect(campaign.replaced).toBeGreaterThan(ROUNDS);
}, 120_000);
