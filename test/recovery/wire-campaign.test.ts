/** A short campaign of servers that send what they should not; `npm run wire` has the long one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { wrongRounds } from '../harness/play-campaign.ts';
import { WireCampaign } from '../wire/campaign.ts';
import { WireWorld } from '../wire/world.ts';

const ROUNDS = 120;
const SEED = Number(process.env['SLUICE_WIRE_SEED'] ?? Date.now() % 1_000_000);

let world: WireWorld;
beforeAll(async () => {
  world = await WireWorld.start();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

test(`E7: ${ROUNDS} conversations (seed ${SEED}) end with the right rows, or with an error of their connection`, async () => {
  using campaign = new WireCampaign(world);
  expect(await wrongRounds('wire', campaignSeeds(SEED, ROUNDS), 12, campaign.play)).toEqual([]);
  expect(campaign.outcomes.size).toBeGreaterThan(1);
}, 180_000);
