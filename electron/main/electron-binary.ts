/**
 * Finds Electron without importing it: under plain Node, `import 'electron'` tries to download a hundred megabytes
 * and throws when it cannot.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A download that takes longer than this is given up. */
const FETCH_LIMIT_MS = 10 * 60_000;

/**
 * The Electron executable; undefined when it is not on this machine.
 * @param packageFolder `node_modules/electron`
 * @param overrideFolder the value of ELECTRON_OVERRIDE_DIST_PATH, which Electron's own tools honour too
 */
export function electronBinary(
  packageFolder: string,
  overrideFolder: string | undefined,
  platform: NodeJS.Platform,
): string | undefined {
  const dist = overrideFolder ?? path.join(packageFolder, 'dist');
  const file = path.join(dist, readName(packageFolder) ?? DEFAULT_NAMES[platform] ?? 'electron');
  return existsSync(file) ? file : undefined;
}

const DEFAULT_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** Electron's installer writes the name of the executable into this file when it has put it in place. */
function readName(packageFolder: string): string | undefined {
  const file = path.join(packageFolder, 'path.txt');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/**
 * Has Electron's own installer fetch the executable. What it prints is kept back, because a machine without access
 * to the download would see a stack trace. Undefined when all went well, else the reason in a few words.
 */
export async function fetchElectron(packageFolder: string, node: string): Promise<string | undefined> {
  const child = spawn(node, [path.join(packageFolder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: FETCH_LIMIT_MS,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(0, 4_096);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : firstLine(said)));
  });
}

function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '') ?? 'the download failed';
  return line.trim().replace(/^(?:\w*Error): /, '');
}
