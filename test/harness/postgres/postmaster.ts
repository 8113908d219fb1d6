/**
 * The server process itself: started, waited for, told to stop, killed.
 */
import { execFile, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { endServer, postmasterPid } from './end-server.ts';
import type { ServerAccount } from './server-account.ts';

const run = promisify(execFile);

/** https://www.postgresql.org/docs/current/server-shutdown.html */
const SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
export type StopMode = keyof typeof SIGNALS;

export interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly account: ServerAccount;
  readonly dataFolder: string;
  readonly logFile: string;
}

/** A running server. */
export interface Postmaster {
  readonly pid: number;
  stop(mode: StopMode): Promise<void>;
  /** As if the power had failed: no shutdown, no checkpoint. */
  kill(): Promise<void>;
}

/** The server ended before it was ready; the message carries the end of its log. */
export class PostgresStartError extends Error {
  readonly portTaken: boolean;

  constructor(log: string) {
    super(`Postgres did not start:\n${log.slice(-2_000)}`);
    this.name = 'PostgresStartError';
    this.portTaken = log.includes('could not bind');
  }
}

const READY_WITHIN_MS = 30_000;

/** Starts the server and comes back when it takes connections. @throws PostgresStartError */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  return process.platform === 'win32' ? startThroughPgCtl(options) : startDirectly(options);
}

async function startDirectly(options: PostmasterOptions): Promise<Postmaster> {
  await using log = await open(options.logFile, 'w');
  const child = spawn(options.binaries.program('postgres'), ['-D', options.dataFolder], {
    ...options.account,
    cwd: options.dataFolder,
    env: serverEnvironment(),
    // Its own group: Ctrl-C in a terminal must not stop the server under a client that is still tidying up.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  let running = true;
  const exited = new Promise<void>((resolve) => {
    const done = () => {
      running = false;
      resolve();
    };
    child.once('exit', done).once('error', done);
  });

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(options.dataFolder, child.pid))) {
    if (running && Date.now() < deadline) {
      await Promise.race([exited, sleep(10)]);
      continue;
    }
    child.kill('SIGKILL');
    throw new PostgresStartError(await readFile(options.logFile, 'utf8'));
  }
  const signal = async (name: NodeJS.Signals) => {
    if (!running) return;
    child.ref();
    child.kill(name);
    await exited;
  };
  return {
    pid: child.pid as number,
    stop: (mode) => signal(SIGNALS[mode]),
    kill: () => signal('SIGKILL'),
  };
}

/** On Windows only `pg_ctl` can start a server for an administrator: it gives up the privileges first. */
async function startThroughPgCtl(options: PostmasterOptions): Promise<Postmaster> {
  const pgCtl = (...args: string[]) =>
    run(options.binaries.program('pg_ctl'), [...args, '-w', '-D', options.dataFolder], {
      env: serverEnvironment(),
      windowsHide: true,
    });
  await pgCtl('start', '-l', options.logFile).catch(async () => {
    throw new PostgresStartError(await readFile(options.logFile, 'utf8').catch(() => 'no log'));
  });
  const pid = await postmasterPid(options.dataFolder);
  if (pid === undefined) throw new PostgresStartError('the server has no process id');
  return {
    pid,
    async stop(mode) {
      if ((await postmasterPid(options.dataFolder)) !== undefined) await pgCtl('stop', '-m', mode);
    },
    kill: () => endServer(options.dataFolder),
  };
}

/** Ready is what the eighth line of `postmaster.pid` says, or that it is a standby; `pg_ctl --wait` reads the same. */
async function isReady(dataFolder: string, pid: number | undefined): Promise<boolean> {
  const text = await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return lines[0] === String(pid) && ['ready', 'standby'].includes(lines[7]?.trim() ?? '');
}

/** Without what would reach into the server: PGDATA, PGPORT, a locale that the machine does not have. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG|TZ|NODE_)/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
