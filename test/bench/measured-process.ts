/** Runs one side of a comparison as a process of its own, and takes its time from the start to the exit. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { busyMsSince, processorTimes } from './machine.ts';

/** How a process is started. */
export interface SideCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** `discard` is `/dev/null` itself, not a pipe that somebody has to empty. */
  readonly stdout: 'collect' | 'discard';
  readonly cwd: string;
}

export interface SideRun {
  /** Milliseconds from before the start to after the exit. */
  readonly wallMs: number;
  /** Milliseconds that all processors together worked meanwhile: the side, Postgres and S3. */
  readonly busyMs: number;
  readonly stdout: string;
}

/** @throws Error with what the process wrote to stderr when it did not end with 0; the signal's reason when aborted */
export async function runSide(side: SideCommand, signal: AbortSignal): Promise<SideRun> {
  signal.throwIfAborted();
  const processors = processorTimes();
  const started = performance.now();
  const child = spawn(side.command, side.args, {
    cwd: side.cwd,
    env: side.env,
    stdio: ['ignore', side.stdout === 'collect' ? 'pipe' : 'ignore', 'pipe'],
    windowsHide: true,
  });
  const kill = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', kill, { once: true });
  try {
    const stdout = child.stdout === null ? Promise.resolve(Buffer.alloc(0)) : buffer(child.stdout);
    const stderr = child.stderr === null ? Promise.resolve(Buffer.alloc(0)) : buffer(child.stderr);
    const [code] = (await once(child, 'exit')) as [number | null];
    const wallMs = performance.now() - started;
    const busyMs = busyMsSince(processors);
    signal.throwIfAborted();
    if (code !== 0) {
      const said = (await stderr).toString().trim().slice(-2_000);
      throw new Error(`${path.basename(side.command)} ended with ${String(code)}: ${said}`);
    }
    return { wallMs, busyMs, stdout: (await stdout).toString() };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

/** What a Node process used in its whole life. */
export interface Usage {
  /** The most memory that it had at a time, in bytes. */
  readonly peakRss: number;
  /** Milliseconds of processor time, of all its threads. */
  readonly cpuMs: number;
}

export type UsageProbe = Readonly<{
  /** For the command line of Node, before the program. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  read(): Promise<Usage>;
}>;

/** Lets a Node process write down at its exit what it used. */
export function usageProbe(folder: string): UsageProbe {
  const file = path.join(folder, `usage-${randomUUID()}.json`);
  const probe = path.join(import.meta.dirname, 'probes', 'report-usage.mjs');
  return {
    args: ['--import', pathToFileURL(probe).href],
    env: { SLUICE_BENCH_USAGE: file },
    read: async () => JSON.parse(await readFile(file, 'utf8')) as Usage,
  };
}
