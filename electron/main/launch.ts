/**
 * `npm start`, under plain Node: the desktop app where Electron is on the machine or can be fetched, else the same
 * app in the default browser. `--browser` asks for the browser in any case.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { electronBinary, fetchElectron } from './electron-binary.ts';
import { hasDisplay, openInBrowser } from './open-in-browser.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const ELECTRON_PACKAGE = path.join(ROOT, 'node_modules', 'electron');
const MAIN_FILE = path.join(ROOT, '.vite', 'build', 'main.js');
const CLI_FILE = path.join(ROOT, '.vite', 'cli', 'sluice.js');
const PAGE_FILE = path.join(ROOT, '.vite', 'renderer', 'main_window', 'index.html');

const SERVED_LINK = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/;

async function launch(): Promise<number> {
  if (![MAIN_FILE, CLI_FILE, PAGE_FILE].every((file) => existsSync(file))) build();
  const binary = await findElectron();
  return typeof binary === 'string' ? startDesktop(binary) : startInBrowser(binary.reason);
}

function build(): void {
  say('Building Sluice …');
  // npm is a script on Windows, which only a shell can start. The command is fixed, so nothing can be injected.
  const built = spawnSync('npm run build', {
    cwd: ROOT,
    shell: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.status !== 0) throw new Error('the build failed: run `npm run build` to see why');
}

/** The executable, or why there will be none. */
async function findElectron(): Promise<string | { readonly reason: string }> {
  if (process.argv.includes('--browser')) return { reason: 'As asked with --browser' };
  if (!hasDisplay(process.platform, process.env)) return { reason: 'There is no display here' };
  const find = () =>
    electronBinary(ELECTRON_PACKAGE, process.env['ELECTRON_OVERRIDE_DIST_PATH'], process.platform);
  const found = find();
  if (found !== undefined) return found;
  if (process.stderr.isTTY) process.stderr.write('Fetching Electron, once …\r');
  const trouble = await fetchElectron(ELECTRON_PACKAGE, process.execPath);
  const reason = `Electron is not on this machine and cannot be fetched (${trouble ?? 'no executable'})`;
  return find() ?? { reason };
}

async function startDesktop(binary: string): Promise<number> {
  // Chromium's sandbox refuses to work for root; without the switch, the app would not start in a container.
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const args = [...(asRoot ? ['--no-sandbox'] : []), ROOT];
  return ended(spawn(binary, args, { cwd: ROOT, stdio: 'inherit' }));
}

/** The command line's `serve` prints a link that works once; it is shown, and opened where a browser can be. */
async function startInBrowser(reason: string): Promise<number> {
  say(`${reason}: Sluice opens in the browser instead.`);
  const server = spawn(process.execPath, [CLI_FILE, 'serve', ...forwardedOptions()], {
    cwd: ROOT,
    stdio: ['inherit', 'pipe', 'pipe'],
  });
  let printed = '';
  let opened = false;
  const pass = (out: NodeJS.WriteStream) => (text: string) => {
    out.write(text);
    printed = (printed + text).slice(-4_096);
    const link = SERVED_LINK.exec(printed)?.[0];
    if (opened || link === undefined) return;
    opened = true;
    if (hasDisplay(process.platform, process.env)) openInBrowser(process.platform, link);
  };
  server.stdout.setEncoding('utf8').on('data', pass(process.stdout));
  server.stderr.setEncoding('utf8').on('data', pass(process.stderr));
  return ended(server);
}

/** `--port 8080` goes on to `serve`. */
function forwardedOptions(): string[] {
  return process.argv.slice(2).filter((argument) => argument !== '--browser');
}

/** Waits for the child and hands signals on, so that none is left behind; its exit code. */
async function ended(child: ChildProcess): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // On Windows this would end the child at once, without its clean-up; Ctrl-C has reached it by itself there.
      if (process.platform !== 'win32') child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  process.exitCode = await launch();
} catch (error) {
  say(`Sluice cannot start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
