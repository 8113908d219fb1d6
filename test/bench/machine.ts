/** On what was measured, and whether the machine had anything else to do. */
import { execFile } from 'node:child_process';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** First line of `psql --version`; null where there is none. */
  readonly psql: string | null;
}

export async function machineFacts(postgres: string): Promise<MachineFacts> {
  return {
    cores: os.availableParallelism(),
    processor: os.cpus()[0]?.model ?? 'unknown',
    memory: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    postgres,
    psql: (await firstLineOf('psql', ['--version'])) ?? null,
  };
}

export function describeMachine(facts: MachineFacts): string {
  return [
    `${facts.cores} cores (${facts.processor}), ${(facts.memory / 2 ** 30).toFixed(0)} GiB, ${facts.system}`,
    `Node ${facts.node}, Postgres ${facts.postgres} (fsync off), ${facts.psql ?? 'no psql'}`,
  ].join('\n');
}

/** What a program says first; undefined where it cannot be run. */
export async function firstLineOf(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, args, { env });
    return stdout.split('\n')[0]?.trim();
  } catch {
    return undefined;
  }
}

/** What the machine did while nothing was measured. */
export interface Quietness {
  /** Share of all processors that was busy, from 0 to 1. */
  readonly busy: number;
  /** Of the last 1, 5 and 15 minutes: our own work is in it. */
  readonly loadAverage: readonly number[];
}

const WATCH_MS = 1_000;

/** More than this of the machine in other hands, and the figures say little. */
export const QUIET_SHARE = 0.1;

/** Looks for a second, in which the caller must do nothing. */
export async function watchMachine(signal: AbortSignal): Promise<Quietness> {
  const before = processorTimes();
  await sleep(WATCH_MS, undefined, { signal });
  return {
    busy: busyMsSince(before) / (WATCH_MS * os.availableParallelism()),
    loadAverage: os.loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

export function describeQuietness({ busy, loadAverage }: Quietness): string {
  const percent = `${(busy * 100).toFixed(0)} %`;
  const load = `load average ${loadAverage.join(', ')}`;
  return busy > QUIET_SHARE
    ? `WARNING: something else uses ${percent} of the machine (${load}): do not trust these figures`
    : `the machine is quiet: ${percent} busy, ${load}`;
}

/** Milliseconds that all processors together have worked since then, for whomever. */
export function busyMsSince(before: ProcessorTimes): number {
  const after = processorTimes();
  return after.total - before.total - (after.idle - before.idle);
}

export interface ProcessorTimes {
  readonly total: number;
  readonly idle: number;
}

/** Milliseconds since the start of the machine, of all processors together. */
export function processorTimes(): ProcessorTimes {
  let total = 0;
  let idle = 0;
  for (const { times } of os.cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}
