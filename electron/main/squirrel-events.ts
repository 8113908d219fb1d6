/**
 * What Squirrel, the Windows installer, asks of the app: it is started with one of these arguments while it is being
 * installed, updated or removed, and must only do that and end. https://github.com/Squirrel/Squirrel.Windows
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

/** What Squirrel says, and the argument that its Update.exe gets in return; null where there is nothing to do. */
const TASKS: ReadonlyMap<string, string | null> = new Map([
  ['--squirrel-install', '--createShortcut'],
  ['--squirrel-updated', '--createShortcut'],
  ['--squirrel-uninstall', '--removeShortcut'],
  ['--squirrel-obsolete', null],
]);

/** The argument for Update.exe, null for a start with nothing to do, undefined for a start by a person. */
export function squirrelTask(platform: NodeJS.Platform, argv: readonly string[]): string | null | undefined {
  return platform === 'win32' ? TASKS.get(argv[1] ?? '') : undefined;
}

/** True when this start was for the installer: the app has to end. */
export function handledForInstaller(execPath: string, argv: readonly string[]): boolean {
  const task = squirrelTask(process.platform, argv);
  if (typeof task === 'string') {
    const update = path.resolve(path.dirname(execPath), '..', 'Update.exe');
    spawn(update, [task, path.basename(execPath)], { detached: true, stdio: 'ignore' }).unref();
  }
  return task !== undefined;
}
