/** What `npm run rounds`, `npm run faults` and `npm run captures` take. */
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { wholeNumber } from './whole-number.ts';

/** Seeds are 31 bits: what is printed is what can be typed again. */
const SEEDS = 2 ** 31;

export interface Campaign {
  /** As npm calls it. */
  readonly name: string;
  readonly unit: 'rounds' | 'runs';
  readonly about: string;
  /** How many are played side by side unless something else is asked for; without it, one after the other. */
  readonly atOnce?: number;
  /** What can be played, the usual one first. */
  readonly modes?: readonly string[];
}

export interface CampaignOptions {
  /** One for each round. */
  readonly seeds: readonly number[];
  /** What is played, with all that is needed to play it again. */
  readonly title: string;
  readonly atOnce: number;
  readonly mode: string;
  /** Says something of each, also where nothing was wrong. */
  readonly verbose: boolean;
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
  const { unit, modes = [], atOnce } = campaign;
  const { values }: { values: Readonly<Record<string, string | boolean | undefined>> } = parseArgs({
    args: [...args],
    options: {
      [unit]: { type: 'string', default: '' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string', default: '' },
      ...(atOnce !== undefined && { 'at-once': { type: 'string', default: String(atOnce) } }),
      ...(modes.length > 0 && { mode: { type: 'string', default: modes[0] ?? '' } }),
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const text = (name: string) => String(values[name] ?? '');
  const mode = text('mode');
  if (modes.length > 0 && !modes.includes(mode)) throw new TypeError(`--mode takes ${modes.join(', ')}`);
  const lanes = atOnce === undefined ? 1 : wholeNumber('--at-once', text('at-once'), 1, 64);
  const played =
    text('only') === '' ? ofSeed(text(unit), text('seed'), campaign) : ofOne(text('only'), campaign);
  return {
    ...played,
    title: mode === '' ? played.title : `${played.title}, mode ${mode}`,
    atOnce: Math.min(lanes, played.seeds.length),
    mode,
    verbose: values['verbose'] === true,
    help: values['help'] === true,
  };
}

function ofSeed(count: string, from: string, { unit }: Campaign): Pick<CampaignOptions, 'seeds' | 'title'> {
  const seed = wholeNumber('--seed', from, 0, SEEDS - 1);
  const seeds = campaignSeeds(seed, wholeNumber(`--${unit}`, count || String(USUAL[unit]), 1, 1_000_000));
  return { seeds, title: `${seeds.length} ${unit}, seed ${seed}` };
}

function ofOne(text: string, { unit }: Campaign): Pick<CampaignOptions, 'seeds' | 'title'> {
  const seed = wholeNumber('--only', text, 0, SEEDS - 1);
  return { seeds: [seed], title: `the ${unit.slice(0, -1)} of seed ${seed}` };
}

const USUAL = { rounds: 200, runs: 500 } as const;

/** The seeds of the rounds of a campaign. */
export function campaignSeeds(seed: number, count: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.below(SEEDS));
}

function usage({ name, unit, about, atOnce, modes = [] }: Campaign): string {
  const lines = [
    [`--${unit} N`, `how many (default: ${USUAL[unit]})`],
    ['--seed N', `what they follow from (default: of the clock)`],
    ['--only SEED', 'repeats the one of this seed'],
    ...(atOnce === undefined ? [] : [['--at-once N', `side by side (default: ${atOnce})`]]),
    ...(modes.length === 0 ? [] : [['--mode MODE', `${modes.join(', ')} (default: ${modes[0]})`]]),
    ['--verbose', 'says something of each'],
  ];
  const table = lines.map(([option = '', what = '']) => `  ${option.padEnd(13)} ${what}\n`);
  return `npm run ${name} -- [options]\n\n${about}\n\n${table.join('')}`;
}
