/**
 * Ends a server that nobody can ask to stop any more: its owner is dead, or gave up on it.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The process id in `postmaster.pid`; undefined where no server runs on the data. */
export async function postmasterPid(dataFolder: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Ends the server on these data, at once and without a shutdown checkpoint. Does nothing where there is none. */
export async function endServer(dataFolder: string): Promise<void> {
  const pid = await postmasterPid(dataFolder);
  if (pid === undefined) return;
  for (const [signal, patienceMs] of [['SIGQUIT', 5_000] as const, ['SIGKILL', 5_000] as const]) {
    if (!(await serves(pid, dataFolder))) return;
    try {
      process.kill(pid, process.platform === 'win32' ? 'SIGKILL' : signal);
    } catch {
      return;
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline && (await serves(pid, dataFolder))) await sleep(20);
  }
}

/**
 * True while the process is a server on these data. The pid alone does not say so: the file outlives a crash, and
 * the number may by then belong to somebody else. A zombie has no command line, and so counts as gone.
 */
export async function serves(pid: number, dataFolder: string): Promise<boolean> {
  const command = await commandLine(pid);
  return process.platform === 'win32' ? command.includes('postgres.exe') : command.includes(dataFolder);
}

async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const [program, args]: [string, string[]] =
      process.platform === 'win32'
        ? ['tasklist', ['/NH', '/FI', `PID eq ${pid}`]]
        : ['ps', ['-ww', '-o', 'command=', '-p', String(pid)]];
    return (await run(program, args)).stdout;
  } catch {
    return '';
  }
}
