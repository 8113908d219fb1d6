/**
 * Preloaded into a Node process whose memory is measured. JavaScript and not TypeScript, because the code that strips
 * types would itself be in the memory that is measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const file = process.env.SLUICE_BENCH_USAGE;
// Threads inherit the preload; the memory is that of the whole process anyway.
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeFileSync(file, JSON.stringify({ peakRss: peakRss(), cpuMs: (user + system) / 1_000 }));
  });
}

/**
 * On Linux from /proc: what getrusage calls the maximum also counts the memory of the parent at the fork, so a small
 * process started by a big one would look big. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
function peakRss() {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1_024;
}
