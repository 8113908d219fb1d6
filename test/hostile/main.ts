/** `npm run hostile -- --rounds 2000 --seed N`: documents in a bucket that somebody else has changed. */
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from '../harness/play-campaign.ts';
import { HostileCampaign } from './campaign.ts';

const options = readCampaign({
  name: 'hostile',
  rounds: 2_000,
  atOnce: 4,
  about:
    'Checkpoints, logs, schemas, compactions and states that were changed: nothing outside of their place is touched.',
});
const campaign = new HostileCampaign();
await playCampaign(options, campaign.play, () => campaign.text());
