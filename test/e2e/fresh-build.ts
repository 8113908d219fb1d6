/** Sees to it that what the tests drive was built from the sources that are there. */
import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '../..');

const PROGRAMS = {
  renderer: {
    file: '.vite/renderer/main_window/index.html',
    sources: ['renderer', 'electron/contract', 'vite.config.ts'],
    modes: ['production'],
  },
  cli: { file: '.vite/cli/sluice.js', sources: ['electron', 'vite.config.ts'], modes: ['cli', 'worker'] },
  main: {
    file: '.vite/build/main.js',
    sources: ['electron', 'vite.config.ts'],
    modes: ['main', 'worker', 'preload'],
  },
} as const;

/** Builds the programs that are missing or older than their sources: a stale one would be tested in vain. */
export async function freshBuild(...names: readonly (keyof typeof PROGRAMS)[]): Promise<void> {
  for (const name of names) {
    const { file, sources, modes } = PROGRAMS[name];
    const built = await changedAt(path.join(ROOT, file));
    const changed = await Promise.all(sources.map((source) => newest(path.join(ROOT, source))));
    if (Math.max(...changed) <= built) continue;
    for (const mode of modes) await build(mode);
  }
}

async function build(mode: string): Promise<void> {
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  // The test runner's NODE_ENV would make a build for development of it.
  const { NODE_ENV: _, ...env } = process.env;
  await promisify(execFile)(process.execPath, [vite, 'build', '--mode', mode], { cwd: ROOT, env });
}

/** Milliseconds since 1970; 0 where there is no such file. */
async function changedAt(file: string): Promise<number> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

async function newest(place: string): Promise<number> {
  if (!(await stat(place)).isDirectory()) return await changedAt(place);
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map((file) => changedAt(path.join(file.parentPath, file.name))));
  return Math.max(0, ...times);
}
