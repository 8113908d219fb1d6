import { expect, test } from 'vitest';
import { HostileCampaign } from '../hostile/campaign.ts';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { wrongRounds } from '../harness/play-campaign.ts';

const SEED = Date.now() % 1_000_000;
const ROUNDS = 60;

test(`C6: ${ROUNDS} times documents were changed (seed ${SEED}), and nothing outside of their place is touched`, async () => {
  const campaign = new HostileCampaign();
  expect(await wrongRounds('hostile', campaignSeeds(SEED, ROUNDS), 1, campaign.play)).toEqual([]);
  expect(campaign.outcomes.size).toBeGreaterThan(1);
});
