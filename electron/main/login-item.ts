/**
 * Starting with the session of the user. macOS and Windows keep that themselves; on Linux it is a file that desktops
 * look for. https://specifications.freedesktop.org/autostart-spec/latest/
 */
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { app } from 'electron';
import { notWritable, writeFileAtomically } from '../engine/store/write-file.ts';

/** Says to the app that the system has started it, and nobody waits for a window. */
export const AT_LOGIN = '--at-login';

export interface LoginItem {
  /** As the system has it: it can be switched off there as well. */
  isOn(): boolean;
  /** @throws AppError `STORE_NOT_WRITABLE` */
  set(on: boolean): Promise<void>;
}

export interface LoginItemOptions {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly execPath: string;
  /** The folder of the app, where the executable is a bare Electron that has to be told. */
  readonly appPath: string | undefined;
}

export function systemLoginItem(options: LoginItemOptions): LoginItem {
  return options.platform === 'linux' ? autostartFile(options) : settingsOfSystem(options);
}

/** True where the system has started the app. */
export function startedAtLogin(platform: NodeJS.Platform, argv: readonly string[]): boolean {
  return platform === 'darwin' ? app.getLoginItemSettings().wasOpenedAtLogin : argv.includes(AT_LOGIN);
}

/** What the system has to start. */
export function launchCommand(
  { platform, execPath, appPath }: Pick<LoginItemOptions, 'platform' | 'execPath' | 'appPath'>,
  exists: (file: string) => boolean,
): { readonly path: string; readonly args: string[] } {
  const args = [...(appPath === undefined ? [] : [appPath]), AT_LOGIN];
  if (platform !== 'win32') return { path: execPath, args };
  // Squirrel puts each version into a folder of its own, and beside them a program that starts the newest: a path to
  // this version would be gone after an update. https://www.electronjs.org/docs/latest/api/app#appsetloginitemsettingssettings-macos-windows
  const beside = (name: string) => path.win32.resolve(path.win32.dirname(execPath), '..', name);
  const stub = beside(path.win32.basename(execPath));
  return { path: exists(beside('Update.exe')) && exists(stub) ? stub : execPath, args };
}

function settingsOfSystem(options: LoginItemOptions): LoginItem {
  // A Mac starts the app as a whole; only Windows compares path and arguments.
  const command = options.platform === 'win32' ? launchCommand(options, existsSync) : {};
  return {
    isOn: () => app.getLoginItemSettings(command).openAtLogin,
    set: async (on) => app.setLoginItemSettings({ openAtLogin: on, ...command }),
  };
}

function autostartFile(options: LoginItemOptions): LoginItem {
  const config = options.env['XDG_CONFIG_HOME'];
  // The specification has paths that are not absolute ignored.
  const base = config !== undefined && path.isAbsolute(config) ? config : path.join(options.home, '.config');
  const file = path.join(base, 'autostart', 'sluice-desktop.desktop');
  return {
    isOn: () => existsSync(file) && !/^Hidden=true$/m.test(readFileSync(file, 'utf8')),
    set: async (on) => {
      if (on) {
        await writeFileAtomically(file, desktopEntry(launchCommand(options, existsSync)));
        return;
      }
      await rm(file, { force: true }).catch((error: unknown) => {
        throw notWritable(file, error);
      });
    },
  };
}

/** The text of the file. https://specifications.freedesktop.org/desktop-entry-spec/latest/exec-variables.html */
export function desktopEntry({ path: program, args }: ReturnType<typeof launchCommand>): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Sluice',
    `Exec=${[program, ...args].map(quoted).join(' ')}`,
    'Terminal=false',
    '',
  ].join('\n');
}

/** Quoted as an argument, and then once more as a value of the file, where a backslash is written twice. */
function quoted(argument: string): string {
  const inQuotes = argument.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return `"${inQuotes}"`.replaceAll('\\', '\\\\');
}
