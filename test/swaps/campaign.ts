import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import { playRound, type RoundResult } from './play-round.ts';

export interface CampaignTotal {
  readings: number;
  replaced: number;
  /** Seeds of the rounds in which something was wrong. */
  readonly wrong: number[];
}

/** Plays the rounds of the seeds, some of them side by side: most of a round is waiting. */
export async function playCampaign(
  server: PostgresServer,
  seeds: readonly number[],
  atOnce: number,
  report: (seed: number, result: RoundResult) => void,
): Promise<CampaignTotal> {
  const total: CampaignTotal = { readings: 0, replaced: 0, wrong: [] };
  const left = [...seeds];
  const lane = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const result = await playRound(server, seed);
      total.readings += result.readings;
      total.replaced += result.replaced;
      if (result.problems.length > 0) total.wrong.push(seed);
      report(seed, result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return total;
}
