/** Runs with faults, one after the other, until all are done or somebody has seen enough. */
import { playAtRandom } from '../harness/planned-fault.ts';
import { faultCase, type FaultCase } from './fault-case.ts';
import { runCase, type CaseResult } from './run-case.ts';
import { Summary } from './summary.ts';
import type { FaultWorld } from './world.ts';

export async function runCampaign(
  seeds: readonly number[],
  world: FaultWorld,
  onRun: (faults: FaultCase, result: CaseResult) => void,
): Promise<Summary> {
  const summary = new Summary();
  for (const seed of seeds) {
    const faults = faultCase(seed);
    const { result } = await playAtRandom(() => runCase(faults, world));
    summary.add(faults, result);
    onRun(faults, result);
  }
  return summary;
}
