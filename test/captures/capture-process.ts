/** `sluice capture` in a process of its own, as a service of the system would run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlannedFault } from '../harness/planned-fault.ts';

/** The sources, which Node runs as they are. */
export const PROGRAM = path.resolve(import.meta.dirname, '../../electron/cli/sluice.ts');

export type CaptureEvent = Readonly<Record<string, unknown>> & { readonly type: string };

export interface ProcessOptions {
  /** `start` where left out. */
  readonly command?: 'start' | 'compact';
  /** The program that runs; the sources where left out. */
  readonly program?: string;
  /** Where Node writes what it holds, when it is asked for it; without it, it cannot be asked. */
  readonly reports?: string;
}

export class CaptureProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  readonly #reports: string | undefined;
  readonly events: CaptureEvent[] = [];
  /** What was said to people. */
  said = '';
  #ended = false;
  #signal: NodeJS.Signals | null = null;

  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    { command = 'start', program = PROGRAM, reports }: ProcessOptions = {},
  ) {
    this.#reports = reports;
    // https://nodejs.org/api/report.html: handles that are open, which says what a process waits for.
    const reporting =
      reports === undefined
        ? []
        : ['--report-on-signal', '--report-exclude-network', `--report-directory=${reports}`];
    this.#child = spawn(process.execPath, [...reporting, program, 'capture', command, ...args, '--json'], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'close').then(([code, signal]) => {
      this.#ended = true;
      this.#signal = signal as NodeJS.Signals | null;
      this.#look();
      return code as number | null;
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
    });
    const lines = createInterface({ input: this.#child.stdout! });
    lines.on('line', (line) => {
      this.events.push(JSON.parse(line) as CaptureEvent);
      this.#look();
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The signal that ended it; null where it ended by itself. */
  get signal(): NodeJS.Signals | null {
    return this.#signal;
  }

  /** Comes back with such an event, also where it has come already; undefined when the process has ended without one. */
  async heard(matches: (event: CaptureEvent) => boolean): Promise<CaptureEvent | undefined> {
    return await new Promise((resolve) => {
      const look = () => {
        const found = this.events.find(matches);
        if (found === undefined && !this.#ended) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async exitCode(): Promise<number | null> {
    return await this.#exited;
  }

  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const fault = new PlannedFault(`${signal} to a process`);
    if (!this.#ended && this.#child.kill(signal)) fault.hit();
    return await this.#exited;
  }

  /** What it said last, and what it holds: for a process that does not come on. */
  async describe(): Promise<string> {
    const last = this.events.slice(-4).map((event) => JSON.stringify(event).slice(0, 600));
    const holds = this.#ended ? 'it has ended' : await this.#holds();
    return [...last, this.said.slice(-2_000), holds].join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Sockets and timers that are open, as Node reports them. */
  async #holds(): Promise<string> {
    const [folder, pid] = [this.#reports, String(this.#child.pid)];
    if (folder === undefined) return '';
    this.#child.kill('SIGUSR2');
    for (let look = 0; look < 30; look++) {
      await sleep(100);
      const name = (await readdir(folder)).find((file) => file.split('.').includes(pid));
      const text = name === undefined ? '' : await readFile(path.join(folder, name), 'utf8');
      if (text.trimEnd().endsWith('}')) return openHandles(text);
    }
    return 'it does not report';
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

function openHandles(report: string): string {
  const { libuv, javascriptStack, nativeStack, resourceUsage } = JSON.parse(report) as {
    libuv: (Readonly<Record<string, unknown>> & { is_active: boolean; type: string })[];
    javascriptStack: unknown;
    nativeStack: unknown;
    resourceUsage: unknown;
  };
  const open = libuv.filter(({ is_active, type }) => is_active && ['tcp', 'timer', 'pipe'].includes(type));
  return [javascriptStack, nativeStack, resourceUsage, ...open]
    .map((part) => JSON.stringify(part).slice(0, 2_000))
    .join('\n');
}
