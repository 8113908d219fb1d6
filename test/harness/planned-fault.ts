/**
 * Faults that somebody has planned, and whether they have hit anything. A test whose fault hits nothing proves nothing and
 * passes all the same: `fail-on-missed-fault.ts` fails it. A campaign plans at random, and counts instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Something that is to go wrong. Whatever plays the fault says when it has hit. */
export class PlannedFault {
  /** The fault in words, for whoever reads that it has hit nothing. */
  readonly what: string;
  #hits = 0;

  constructor(what: string) {
    this.what = what;
    (campaign.getStore() ?? ofTheTest).add(this);
  }

  /** What the fault has hit so far: requests, connections or sessions. */
  get hits(): number {
    return this.#hits;
  }

  hit(count = 1): void {
    this.#hits += count;
  }
}

let ofTheTest = new Set<PlannedFault>();
const campaign = new AsyncLocalStorage<Set<PlannedFault>>();

/** Faults that have hit nothing, in words. What was planned until now is forgotten. */
export function takeMissedFaults(): string[] {
  const missed = [...ofTheTest].filter(({ hits }) => hits === 0).map(({ what }) => what);
  ofTheTest = new Set();
  return missed;
}

/** How many faults of a campaign have hit something, and how many it did not come to. */
export interface FaultCount {
  readonly hit: number;
  readonly missed: number;
}

/** For the report of a campaign. */
export function faultLine({ hit, missed }: FaultCount): string {
  return `Faults: ${hit} of ${hit + missed} have hit something`;
}

/** Plays faults at random, which no test has to hit. @returns what came of it, with the faults that were planned meanwhile */
export async function playAtRandom<T>(play: () => Promise<T>): Promise<{ result: T; faults: FaultCount }> {
  const planned = new Set<PlannedFault>();
  const result = await campaign.run(planned, play);
  const hit = [...planned].filter(({ hits }) => hits > 0).length;
  return { result, faults: { hit, missed: planned.size - hit } };
}
