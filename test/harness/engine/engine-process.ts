import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ExtractSpecInput } from '../../../electron/contract/extract-spec.ts';
import type { EngineDeps } from '../../../electron/engine/engine-api.ts';
import type { RunState } from '../../../electron/contract/run.ts';
import { PlannedFault } from '../planned-fault.ts';

const SCRIPT = path.resolve(import.meta.dirname, '../../recovery/engine-child.ts');

interface Told {
  runId?: string;
  ended?: RunState;
  peakBytes?: number;
}

/** A run in a process of its own, on the data folder that is given. */
export class EngineProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #told: Told = {};
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  constructor(dataFolder: string, spec: ExtractSpecInput, readLimits: EngineDeps['readLimits'] = {}) {
    const given = [JSON.stringify(spec), JSON.stringify(readLimits)];
    this.#child = spawn(process.execPath, [SCRIPT, dataFolder, ...given], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit');
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** @throws Error when the process ends without having told it */
  async runId(): Promise<string> {
    return await this.#hear('runId');
  }

  async ended(): Promise<RunState> {
    return await this.#hear('ended');
  }

  /** The most memory that the process has had, in bytes; told at its end. */
  async peakBytes(): Promise<number> {
    return await this.#hear('peakBytes');
  }

  cancel(): void {
    this.#child.stdin!.write('cancel\n');
  }

  /** Kills it as the kernel would when memory is short; comes back when it is gone. */
  async kill(): Promise<void> {
    const fault = new PlannedFault('SIGKILL to a process');
    if (this.#child.exitCode === null && this.#child.kill('SIGKILL')) fault.hit();
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #hear<K extends keyof Told>(what: K): Promise<NonNullable<Told[K]>> {
    while (this.#told[what] === undefined) {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`the process has ended without telling its ${what}`);
      Object.assign(this.#told, JSON.parse(line.value) as Told);
    }
    return this.#told[what];
  }
}
