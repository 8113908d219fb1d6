/** Several sides in turn, round after round, so that what slows the machine down for a while slows all of them down. */
import { orderOfRound } from './statistics.ts';

export interface Side<T> {
  readonly name: string;
  run(): Promise<T>;
}

export interface RoundsOptions<T> {
  readonly rounds: number;
  /** Told of every run, the first round's too. */
  readonly onRun: (side: string, round: number, result: T) => void;
}

/** What the rounds gave, by the name of the side. The first round fills caches and is thrown away. */
export async function runRounds<T>(
  sides: readonly Side<T>[],
  { rounds, onRun }: RoundsOptions<T>,
): Promise<ReadonlyMap<string, readonly T[]>> {
  const results = new Map(sides.map(({ name }) => [name, [] as T[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const side of orderOfRound(sides, round)) {
      const result = await side.run();
      onRun(side.name, round, result);
      if (round > 0) results.get(side.name)?.push(result);
    }
  }
  return results;
}
