import { uptime } from 'node:os';

/** Milliseconds by which this computer's clock may have been set since a process noted the time. */
const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** True where there is a process with this number on this computer. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * True where the process that had this number at that time can still be there. Numbers are given out anew after a
 * restart of the computer: then some other process has this one.
 */
export function isSameProcessAlive(pid: number, noted: Date): boolean {
  const bootedMs = Date.now() - uptime() * 1000;
  return noted.getTime() > bootedMs - CLOCK_TOLERANCE_MS && isProcessAlive(pid);
}
