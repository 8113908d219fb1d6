/** `npm run wire -- --rounds 20000 --seed N`: conversations with a server one of whose messages was changed. */
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from '../harness/play-campaign.ts';
import { WireCampaign } from './campaign.ts';
import { WireWorld } from './world.ts';

const options = readCampaign({
  name: 'wire',
  rounds: 20_000,
  about:
    'Conversations with a server that sends what it should not: the right rows, or an error of the connection.',
  atOnce: 24,
});
await using world = await WireWorld.start();
using campaign = new WireCampaign(world);
await playCampaign(options, campaign.play, () => campaign.text());
