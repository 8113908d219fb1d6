/** Options of the campaigns: one of no rounds would end as if nothing had been wrong. */
import { expect, test } from 'vitest';
import { CampaignJournal } from '../harness/campaign-journal.ts';
import { campaignSeeds, parseCampaign, type Campaign } from '../harness/campaign-options.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

const ROUNDS: Campaign = {
  name: 'rounds',
  about: '',
  rounds: 500,
  atOnce: 2,
  modes: ['exact', 'greater'],
};

test('as many rounds as are asked for, the same for the same seed', () => {
  const { seeds, title, atOnce, mode } = parseCampaign(ROUNDS, ['--rounds', '3', '--seed', '7']);
  expect({ title, atOnce, mode }).toEqual({
    title: '3 rounds, seed 7, mode exact',
    atOnce: 2,
    mode: 'exact',
  });
  expect(seeds).toEqual(campaignSeeds(7, 3));
  expect(new Set(seeds).size).toBe(3);
  expect(parseCampaign(ROUNDS, []).seeds).toHaveLength(500);
});

test('a round can be had again as a campaign of one round with its seed', () => {
  const third = campaignSeeds(7, 3)[2];
  const options = parseCampaign(ROUNDS, ['--rounds', '1', '--seed', String(third), '--at-once', '4']);
  expect(options).toMatchObject({ seeds: [third], atOnce: 1 });
});

test('a campaign that was cut goes on where it was cut, and one that came to its end begins anew', async () => {
  await using folder = await makeTemporaryFolder('campaign');
  const journal = () => new CampaignJournal('rounds', '3 rounds, seed 7', false, folder.path);
  const cut = journal();
  cut.add(7, false);
  cut.add(11, true);
  expect([...journal().played]).toEqual([
    [7, false],
    [11, true],
  ]);
  expect(new CampaignJournal('rounds', '3 rounds, seed 8', false, folder.path).played.size).toBe(0);
  expect(new CampaignJournal('rounds', '3 rounds, seed 7', true, folder.path).played.size).toBe(0);
  cut.add(7, false);
  cut.end();
  expect(journal().played.size).toBe(0);
});

test.each([
  [['--rounds', '0'], '--rounds takes a whole number'],
  [['--rounds', 'many'], '--rounds takes a whole number'],
  [['--seed=-1'], '--seed takes a whole number'],
  [['--at-once', '0'], '--at-once takes a whole number'],
  [['--mode', 'odd'], '--mode takes exact, greater'],
  [['200'], "Unexpected argument '200'"],
  [['--runs', '3'], "Unknown option '--runs'"],
])('%s is refused', (args, message) => {
  expect(() => parseCampaign(ROUNDS, args)).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
  );
});
