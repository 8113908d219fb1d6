import { spawn } from 'node:child_process';

/** True when windows can be shown: on Linux, a display must be there. */
export function hasDisplay(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (platform !== 'linux') return true;
  return Boolean(env['DISPLAY']) || Boolean(env['WAYLAND_DISPLAY']);
}

/** The command that opens an address in the default browser. */
export function browserCommand(platform: NodeJS.Platform, url: string): readonly [string, ...string[]] {
  // `start` is a word of cmd.exe, and takes a first argument in quotes for a window title.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url];
  return platform === 'darwin' ? ['open', url] : ['xdg-open', url];
}

/** Opens the address, and does not mind when there is no browser: the address has been printed as well. */
export function openInBrowser(platform: NodeJS.Platform, url: string): void {
  const [command, ...args] = browserCommand(platform, url);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
