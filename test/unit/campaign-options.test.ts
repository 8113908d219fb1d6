/** Options of the campaigns: one of no rounds would end as if nothing had been wrong. */
import { expect, test } from 'vitest';
import { campaignSeeds, parseCampaign, type Campaign } from '../harness/campaign-options.ts';

const ROUNDS: Campaign = {
  name: 'rounds',
  unit: 'rounds',
  about: '',
  atOnce: 2,
  modes: ['exact', 'greater'],
};
const RUNS: Campaign = { name: 'faults', unit: 'runs', about: '' };

test('as many rounds as are asked for, the same for the same seed', () => {
  const { seeds, title, atOnce, mode } = parseCampaign(ROUNDS, ['--rounds', '3', '--seed', '7']);
  expect({ title, atOnce, mode }).toEqual({
    title: '3 rounds, seed 7, mode exact',
    atOnce: 2,
    mode: 'exact',
  });
  expect(seeds).toEqual(campaignSeeds(7, 3));
  expect(new Set(seeds).size).toBe(3);
  expect(parseCampaign(RUNS, []).seeds).toHaveLength(500);
});

test('the one of a seed, alone', () => {
  const options = parseCampaign(ROUNDS, ['--only', '1101647558', '--at-once', '4', '--mode', 'greater']);
  expect(options).toMatchObject({
    seeds: [1_101_647_558],
    title: 'the round of seed 1101647558, mode greater',
    atOnce: 1,
  });
  expect(options.mode).toBe('greater');
});

test.each([
  [['--rounds', '0'], '--rounds takes a whole number'],
  [['--rounds', 'many'], '--rounds takes a whole number'],
  [['--seed=-1'], '--seed takes a whole number'],
  [['--only', '1.5'], '--only takes a whole number'],
  [['--at-once', '0'], '--at-once takes a whole number'],
  [['--mode', 'odd'], '--mode takes exact, greater'],
  [['200'], "Unexpected argument '200'"],
  [['--runs', '3'], "Unknown option '--runs'"],
])('%s is refused', (args, message) => {
  expect(() => parseCampaign(ROUNDS, args)).toThrow(
    expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
  );
});
