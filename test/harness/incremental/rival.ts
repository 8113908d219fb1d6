import type { Claimant } from '../../../electron/engine/watermark/job-ledger.ts';

/** Somebody who wants a job. Their time stands still, unless it is set. */
export function rival(
  pid: number,
  { host = 'here', at = new Date('2026-01-01T00:00:00Z'), alive = [] as readonly number[] } = {},
): Claimant {
  return {
    self: { pid, host, startedAt: '2026-01-01T00:00:00.000Z' },
    clock: { now: () => at, monotonicMs: () => at.getTime() },
    isAlive: (worker) => alive.includes(worker.pid),
  };
}
