import type { Claim } from '../../contract/watermark-state.ts';

/** How often the owner of a claim says that it is alive. */
export const RENEW_MS = 60_000;

/** A claim that was not renewed for so long is taken over. */
export const LEASE_MS = 5 * RENEW_MS;

/** This process, as claims name it. */
export interface Worker {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

/**
 * Whether somebody works on a job. A mistake here costs one of two runs its success and never a row: what keeps them
 * apart are the conditions of the writes.
 */
export function isHeld(claim: Claim, self: Worker, now: Date, isAlive: (worker: Worker) => boolean): boolean {
  // Also on this computer: a program that stays open can have lost the destination before it gave the job up.
  if (now.getTime() - Date.parse(claim.renewedAt) >= LEASE_MS) return false;
  if (claim.host !== self.host) return true;
  const owner = { pid: claim.pid, host: claim.host, startedAt: claim.processStartedAt };
  // In a container every process has the same number: then the time of the start tells them apart.
  if (owner.pid === self.pid) return owner.startedAt === self.startedAt;
  return isAlive(owner);
}

/** Who holds the job, for people. */
export function describeClaim(claim: Claim): string {
  return `process ${claim.pid} on ${claim.host}, since ${claim.claimedAt} (run ${claim.runId})`;
}
