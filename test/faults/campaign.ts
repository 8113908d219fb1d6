import { playAtRandom } from '../harness/planned-fault.ts';
import { faultCase, faultNames } from './fault-case.ts';
import { runCase } from './run-case.ts';
import { Summary } from './summary.ts';
import type { FaultWorld } from './world.ts';

/** Extracts with faults, and which fault ended in what. */
export class FaultCampaign {
  readonly #world: FaultWorld;
  readonly #verbose: boolean;
  readonly summary = new Summary();

  constructor(world: FaultWorld, verbose = false) {
    this.#world = world;
    this.#verbose = verbose;
  }

  /** Plays the extract of a seed. Returns what was wrong, if it ended neither with all rows nor with a reason and nothing left. */
  readonly play = async (seed: number): Promise<string | undefined> => {
    const faults = faultCase(seed);
    const what = `${seed}  ${faults.table} ${JSON.stringify(faults.job)} ${faultNames(faults).join(' + ')}`;
    const { result } = await playAtRandom(() => runCase(faults, this.#world));
    this.summary.add(faults, result);
    if (this.#verbose) console.log(`\n${what}\n  ${result.outcome}`);
    return result.problem === undefined ? undefined : `${what} (${result.outcome}): ${result.problem}`;
  };
}
