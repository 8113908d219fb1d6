import type { Clock } from '../ports.ts';

/** The time of this computer. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
