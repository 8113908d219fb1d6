/**
 * The command line as one file, made of the sources as they are now: a round starts it half a dozen times, and Node
 * needs longer to read all the sources than a capture needs to begin.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** @returns the path of the program, below the folder */
export async function buildProgram(folder: string): Promise<string> {
  // As in a checkout: the program looks for its threads in the folder beside its own, and for its version two above.
  for (const mode of ['cli', 'worker'] as const) {
    const outDir = path.join(folder, '.vite', mode);
    await mkdir(outDir, { recursive: true });
    await build({
      configFile: path.join(ROOT, 'vite.config.ts'),
      mode,
      logLevel: 'error',
      build: { outDir, sourcemap: false },
    });
  }
  await copyFile(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  return path.join(folder, '.vite', 'cli', 'sluice.js');
}
