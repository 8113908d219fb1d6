import path from 'node:path';

/** Environment variables, as `process.env` has them; passed in so that nothing here reads the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder where profiles, secrets and the history lie. The same for the desktop, the served app and the command
 * line, so it follows Electron's `userData` for an app named Sluice; `SLUICE_HOME` names another one.
 * https://www.electronjs.org/docs/latest/api/app#appgetpathname
 */
export function dataFolder(platform: string, env: Environment, home: string): string {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const chosen = env['SLUICE_HOME'];
  if (isSet(chosen)) return paths.resolve(chosen);
  if (platform === 'win32') {
    const roaming = env['APPDATA'];
    return paths.join(isSet(roaming) ? roaming : paths.join(home, 'AppData', 'Roaming'), 'Sluice');
  }
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', 'Sluice');
  const config = env['XDG_CONFIG_HOME'];
  return paths.join(isSet(config) ? config : paths.join(home, '.config'), 'Sluice');
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}
