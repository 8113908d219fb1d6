/** Opens the app on the world of the demo: in Electron where it is installed, else in the browser. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { electronBinary } from '../../electron/main/electron-binary.ts';
import { hasDisplay, openInBrowser } from '../../electron/main/open-in-browser.ts';
import { startServer } from '../../electron/host/serve.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import type { Log } from '../../electron/engine/ports.ts';
import type { ProgressLines } from './progress-lines.ts';
import type { DemoWorld } from './world.ts';

const ROOT = path.resolve(import.meta.dirname, '..', '..');
const MAIN_FILE = path.join(ROOT, '.vite', 'build', 'main.js');
const RENDERER_FOLDER = path.join(ROOT, '.vite', 'renderer', 'main_window');

/** The Electron executable that can be used here; undefined: the app opens in the browser. */
export function usableElectron(): string | undefined {
  if (!hasDisplay(process.platform, process.env) || !existsSync(MAIN_FILE)) return undefined;
  const packageFolder = path.join(ROOT, 'node_modules', 'electron');
  return electronBinary(packageFolder, process.env['ELECTRON_OVERRIDE_DIST_PATH'], process.platform);
}

/** Comes back when the window has been closed, or `signal` has fired and the app has ended. */
export async function openDesktop(binary: string, world: DemoWorld, signal: AbortSignal): Promise<void> {
  // Chromium's sandbox refuses to work for root; without the switch, the app would not start in a container.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const child = spawn(binary, [...(asRoot ? ['--no-sandbox'] : []), ROOT], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, SLUICE_HOME: world.dataFolder },
  });
  const exited = once(child, 'exit');
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    await exited;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Comes back when `signal` has fired and the server is closed. @throws AppError where the app was not built */
export async function openServed(
  engine: Engine,
  { log, lines }: { readonly log: Log; readonly lines: ProgressLines },
  signal: AbortSignal,
): Promise<void> {
  if (!existsSync(path.join(RENDERER_FOLDER, 'index.html'))) {
    throw new Error('The app has not been built: run `npm run build` first.');
  }
  const server = await startServer({ engine, port: 0, rendererFolder: RENDERER_FOLDER, log });
  try {
    const link = server.newLink();
    lines.say('');
    lines.say('Sluice is open on the demo. The link works once:');
    lines.say(`  ${link}`);
    lines.say('Ctrl-C ends the demo and removes everything that it made.');
    if (hasDisplay(process.platform, process.env)) openInBrowser(process.platform, link);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await server.close();
  }
}
