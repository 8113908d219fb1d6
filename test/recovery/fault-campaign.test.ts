/** A short campaign of faults; `npm run faults` has the long one, and repeats a run by its seed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FaultCampaign } from '../faults/campaign.ts';
import { faultCase } from '../faults/fault-case.ts';
import { FaultWorld } from '../faults/world.ts';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { wrongRounds } from '../harness/play-campaign.ts';

const RUNS = 15;
const SEED = Number(process.env['SLUICE_FAULT_SEED'] ?? Date.now() % 1_000_000);

let world: FaultWorld;
beforeAll(async () => {
  world = await FaultWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(`${RUNS} runs with faults (seed ${SEED}): each ends with all rows, or with a reason and nothing left`, async () => {
  const campaign = new FaultCampaign(world);
  expect(await wrongRounds('faults', campaignSeeds(SEED, RUNS), 1, campaign.play)).toEqual([]);
  const { faults } = campaign.summary;
  // Some runs end before their fault has its turn; a campaign in which most do tests nothing.
  expect(faults.hit).toBeGreaterThan(faults.missed);
}, 120_000);

test('a seed stands for one case', () => {
  expect(faultCase(7)).toEqual(faultCase(7));
  expect(new Set(campaignSeeds(1, 100)).size).toBe(100);
  expect(campaignSeeds(1, 3)).toEqual(campaignSeeds(1, 100).slice(0, 3));
});
