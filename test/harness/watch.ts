import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import path from 'node:path';

/**
 * The owner's end of the watchdog: a process that lives on when this one is killed, and then removes its folders.
 * Its standard input is the wire: the operating system closes it whichever way this process ends.
 */
export class Watch {
  readonly #child: ChildProcess;
  readonly #input: Socket;

  constructor() {
    // Detached: Ctrl-C in a terminal goes to the whole process group, and must not reach the watchdog.
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'watchdog.ts')], {
      cwd: path.parse(process.cwd()).root,
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
      env: withoutNodeOptions(process.env),
    });
    child.unref();
    this.#child = child;
    this.#input = child.stdin as Socket;
    this.#input.unref();
    // Without a watchdog the sweep at the next start is still there: no reason to fail.
    child.on('error', () => {});
    this.#input.on('error', () => {});
  }

  add(folder: string): void {
    this.#input.write(`+${folder}\n`);
  }

  remove(folder: string): void {
    this.#input.write(`-${folder}\n`);
  }

  /** Ends the watchdog at once: it must have nothing left to watch. */
  async close(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null) return;
    this.#child.ref();
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** A test runner's loaders and flags are not for the watchdog. */
function withoutNodeOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = env;
  return rest;
}
