/** The program `sluice` in a process of its own, as a script would run it: from its sources, or as it was built. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'electron', 'cli', 'sluice.ts');
/** What npm links; needs a build (`freshBuild`). */
const BUILT_PROGRAM = path.join(ROOT, 'bin', 'sluice.mjs');

export interface ProgramOutcome {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
  /** The lines of stdout that are events. */
  readonly events: readonly Record<string, unknown>[];
}

/** A program that has begun. */
export interface StartedProgram {
  readonly outcome: Promise<ProgramOutcome>;
  kill(signal: NodeJS.Signals): void;
  /** What it has written so far, to stdout and stderr. */
  said(): string;
  /** Comes back when stderr or stdout holds this text. */
  says(part: string): Promise<void>;
  /** Stops reading, as `head` does when it has enough. */
  close(stream: 'stdout' | 'stderr'): void;
}

/** Starts `sluice` with nothing of this process's environment but the path. */
export function startProgram(
  args: readonly string[],
  { env = {}, cwd, built = false }: { env?: Record<string, string>; cwd?: string; built?: boolean } = {},
): StartedProgram {
  const child = spawn(process.execPath, [built ? BUILT_PROGRAM : PROGRAM, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const look of waiting) look();
    });
  }
  const outcome = async (): Promise<ProgramOutcome> => {
    const closed = once(child, 'close') as Promise<[number | null]>;
    // A reader that goes away is what some tests are about.
    const [out, errors] = [child.stdout, child.stderr].map((stream) => text(stream).catch(() => ''));
    const [[exitCode], written = '', err = ''] = await Promise.all([closed, out, errors]);
    const lines = written.split('\n').filter((line) => line.startsWith('{"type"'));
    return {
      exitCode,
      out: written,
      err,
      events: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  };
  return {
    outcome: outcome(),
    kill: (signal) => void child.kill(signal),
    said: () => said,
    says: (part) =>
      new Promise((resolve) => {
        const look = () => {
          if (!said.includes(part)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: (stream) => void child[stream].destroy(),
  };
}
