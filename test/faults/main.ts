/**
 * `npm run faults -- --rounds 500 --seed N`: extracts while S3 and Postgres fail at random. Each has to end with a correct
 * set of objects, or with a clear failure and nothing left.
 */
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from '../harness/play-campaign.ts';
import { FaultCampaign } from './campaign.ts';
import { FaultWorld } from './world.ts';

const options = readCampaign({
  name: 'faults',
  rounds: 500,
  about:
    'Extracts while S3 and Postgres fail: a correct set of objects, or a clear failure and nothing left.',
});
await using world = await FaultWorld.start();
const campaign = new FaultCampaign(world, options.verbose);
await playCampaign(options, campaign.play, () => campaign.summary.text());
