/** `npm run swaps -- --rounds 500 --seed N`: tables are replaced in every way while they are read. */
import { readCampaign } from '../harness/campaign-options.ts';
import { playCampaign } from '../harness/play-campaign.ts';
import { startPostgres } from '../harness/postgres/postgres-server.ts';
import { SwapCampaign } from './campaign.ts';

const options = readCampaign({
  name: 'swaps',
  rounds: 500,
  about:
    'Tables that are loaded, rewritten and exchanged while they are read: each reading gives what was there.',
  atOnce: 4,
});
await using server = await startPostgres({ settings: { max_connections: '200' } });
const campaign = new SwapCampaign(server);
await playCampaign(
  options,
  campaign.play,
  () => `${campaign.readings} readings beside ${campaign.replaced} replacements`,
);
