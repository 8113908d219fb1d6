/** `sluice capture start` in a process of its own, as a service of the system would run it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, '../../electron/cli/sluice.ts');

export type CaptureEvent = Readonly<Record<string, unknown>> & { readonly type: string };

export class CaptureProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  readonly events: CaptureEvent[] = [];
  /** What was said to people. */
  said = '';
  #ended = false;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [PROGRAM, 'capture', 'start', ...args, '--json'], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'close').then(([code]) => {
      this.#ended = true;
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
    this.#child.kill(signal);
    return await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGKILL');
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}
