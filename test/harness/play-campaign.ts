import { CampaignJournal } from './campaign-journal.ts';
import { again, type CampaignOptions } from './campaign-options.ts';

/** Plays the round of a seed. Returns what was wrong with it. */
export type PlayRound = (seed: number) => Promise<string | undefined>;

/** Plays the rounds of the seeds, `atOnce` of them side by side, and reports each. */
export async function playSeeds(
  seeds: readonly number[],
  atOnce: number,
  play: PlayRound,
  report: (seed: number, problem: string | undefined) => void,
): Promise<void> {
  const left = seeds.values();
  const lane = async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      report(next.value, await play(next.value));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Plays a short campaign for a test. Returns what was wrong, with the command that plays each wrong round again. */
export async function wrongRounds(
  name: string,
  seeds: readonly number[],
  atOnce: number,
  play: PlayRound,
): Promise<string[]> {
  const wrong: string[] = [];
  await playSeeds(seeds, atOnce, play, (seed, problem) => {
    if (problem !== undefined) wrong.push(`${again(name, seed)}: ${problem}`);
  });
  return wrong;
}

/**
 * Plays the rounds of a campaign that were not played before, and says of each that was wrong how to have it again. `summary` is
 * printed after the last. The last line is `N rounds, M wrong`; with wrong ones, the process ends with 1.
 */
export async function playCampaign(
  { name, seeds, atOnce, title, afresh, verbose }: CampaignOptions,
  play: PlayRound,
  summary: () => string,
): Promise<void> {
  const journal = new CampaignJournal(name, title, afresh);
  const left = seeds.filter((seed) => !journal.played.has(seed));
  console.log(title);
  if (left.length < seeds.length) {
    console.log(`Going on: ${seeds.length - left.length} were played before. --afresh begins anew.`);
  }
  const began = performance.now();
  await playSeeds(left, atOnce, play, (seed, problem) => {
    journal.add(seed, problem !== undefined);
    if (problem !== undefined) console.log(`\nWRONG: ${problem}\n  again: ${again(name, seed)}`);
    else if (!verbose) process.stdout.write('.');
  });
  const wrong = seeds.filter((seed) => journal.played.get(seed) === true);
  journal.end();
  console.log(`\n${summary()}\nin ${Math.round((performance.now() - began) / 1_000)} s`);
  if (wrong.length > 0) console.log(`Seeds of wrong rounds: ${wrong.join(', ')}`);
  console.log(`${seeds.length} rounds, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
