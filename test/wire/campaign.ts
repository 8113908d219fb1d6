import { playRound, type RoundResult } from './play-round.ts';
import type { WireWorld } from './world.ts';

export interface CampaignTotal {
  /** Conversations by how they ended. */
  readonly outcomes: Map<string, number>;
  /** Seeds of those in which something was wrong. */
  readonly wrong: number[];
}

/** Plays the conversations of the seeds, many side by side, and hears of what nobody has caught. */
export async function playCampaign(
  world: WireWorld,
  seeds: readonly number[],
  atOnce: number,
  report: (seed: number, result: RoundResult) => void,
): Promise<CampaignTotal> {
  const total: CampaignTotal = { outcomes: new Map(), wrong: [] };
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  const left = [...seeds];
  const lane = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const result = await playRound(world, seed);
      // Several go on: which of them it was, the seeds around it tell.
      const escaped = uncaught
        .splice(0)
        .map((error) => `nobody caught: ${error instanceof Error ? error.stack : String(error)}`);
      const problem = [result.problem, ...escaped].filter((each) => each !== undefined).join('\n');
      total.outcomes.set(result.outcome, (total.outcomes.get(result.outcome) ?? 0) + 1);
      if (problem !== '') total.wrong.push(seed);
      report(seed, { ...result, problem: problem === '' ? undefined : problem });
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
  }
  return total;
}
