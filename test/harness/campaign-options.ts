/** What each campaign (`npm run faults`, `rounds`, `captures`, `swaps`, `wire`) takes. */
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { wholeNumber } from './whole-number.ts';

/** Seeds are 31 bits: what is printed is what can be typed again. */
const SEEDS = 2 ** 31;

export interface Campaign {
  /** As npm calls it. */
  readonly name: string;
  readonly about: string;
  /** How many rounds unless something else is asked for. */
  readonly rounds: number;
  /** How many are played side by side unless something else is asked for; without it, one after the other. */
  readonly atOnce?: number;
  /** What can be played, the usual one first. */
  readonly modes?: readonly string[];
}

export interface CampaignOptions {
  readonly name: string;
  /** One for each round. */
  readonly seeds: readonly number[];
  /** What is played, with all that is needed to play it again. */
  readonly title: string;
  readonly atOnce: number;
  readonly mode: string;
  /** Says something of each, also where nothing was wrong. */
  readonly verbose: boolean;
  /** Begins with the first round, also where the same campaign was cut before. */
  readonly afresh: boolean;
  readonly help: boolean;
}

/**
 * Reads the options, and ends the process after the usage, or after an option that is wrong: a campaign of no rounds would
 * end as one in which nothing was wrong.
 */
export function readCampaign(campaign: Campaign): CampaignOptions {
  try {
    const options = parseCampaign(campaign, process.argv.slice(2));
    if (!options.help) return options;
    process.stdout.write(usage(campaign));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage(campaign)}`);
    process.exit(2);
  }
}

/** @throws TypeError that names the option which is wrong */
export function parseCampaign(campaign: Campaign, args: readonly string[]): CampaignOptions {
  const { name, modes = [], atOnce } = campaign;
  const { values }: { values: Readonly<Record<string, string | boolean | undefined>> } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: String(campaign.rounds) },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      ...(atOnce !== undefined && { 'at-once': { type: 'string', default: String(atOnce) } }),
      ...(modes.length > 0 && { mode: { type: 'string', default: modes[0] ?? '' } }),
      verbose: { type: 'boolean', default: false },
      afresh: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const text = (option: string) => String(values[option] ?? '');
  const mode = text('mode');
  if (modes.length > 0 && !modes.includes(mode)) throw new TypeError(`--mode takes ${modes.join(', ')}`);
  const lanes = atOnce === undefined ? 1 : wholeNumber('--at-once', text('at-once'), 1, 64);
  const seed = wholeNumber('--seed', text('seed'), 0, SEEDS - 1);
  const seeds = campaignSeeds(seed, wholeNumber('--rounds', text('rounds'), 1, 1_000_000));
  return {
    name,
    seeds,
    title: `${seeds.length} rounds, seed ${seed}${mode === '' ? '' : `, mode ${mode}`}`,
    atOnce: Math.min(lanes, seeds.length),
    mode,
    verbose: values['verbose'] === true,
    afresh: values['afresh'] === true,
    help: values['help'] === true,
  };
}

/**
 * The seeds of the rounds of a campaign. The first is the campaign's own: any round of a campaign can be had again as a campaign of
 * one round with its seed.
 */
export function campaignSeeds(seed: number, count: number): number[] {
  const random = new Random(seed);
  return [seed, ...Array.from({ length: count - 1 }, () => random.below(SEEDS))];
}

/** The command that plays one round again. */
export function again(name: string, seed: number): string {
  return `npm run ${name} -- --rounds 1 --seed ${seed}`;
}

function usage({ name, rounds, about, atOnce, modes = [] }: Campaign): string {
  const lines = [
    ['--rounds N', `how many (default: ${rounds})`],
    [
      '--seed N',
      `what they follow from (default: of the clock); with --rounds 1, the round of this seed again`,
    ],
    ...(atOnce === undefined ? [] : [['--at-once N', `side by side (default: ${atOnce})`]]),
    ...(modes.length === 0 ? [] : [['--mode MODE', `${modes.join(', ')} (default: ${modes[0]})`]]),
    ['--afresh', 'does not go on where the same campaign was cut'],
    ['--verbose', 'says something of each'],
  ];
  const table = lines.map(([option = '', what = '']) => `  ${option.padEnd(13)} ${what}\n`);
  return `npm run ${name} -- [options]\n\n${about}\n\n${table.join('')}`;
}
