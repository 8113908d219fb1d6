/** Runs with faults, one after the other, until all are done or somebody has seen enough. */
import { faultCase, type FaultCase } from './fault-case.ts';
import { Random } from './random.ts';
import { runCase, type CaseResult } from './run-case.ts';
import { Summary } from './summary.ts';
import type { FaultWorld } from './world.ts';

/** The seeds of the runs of a campaign. */
export function caseSeeds(seed: number, runs: number): number[] {
  const random = new Random(seed);
  return Array.from({ length: runs }, () => random.below(2 ** 31));
}

export async function runCampaign(
  seeds: readonly number[],
  world: FaultWorld,
  onRun: (faults: FaultCase, result: CaseResult) => void,
): Promise<Summary> {
  const summary = new Summary();
  for (const seed of seeds) {
    const faults = faultCase(seed);
    const result = await runCase(faults, world);
    summary.add(faults, result);
    onRun(faults, result);
  }
  return summary;
}
