/**
 * The connection service file, in which psql's users keep connections under names.
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
import path from 'node:path';
import type { ConnectionParams } from '../engine/profiles/import/connection-string.ts';
import type { Environment } from './cli-world.ts';

/** Where libpq looks, in this order; the first file that has the service wins. */
export function serviceFilePaths(platform: string, env: Environment, home: string): string[] {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const own = env['PGSERVICEFILE'];
  const personal =
    platform === 'win32'
      ? paths.join(env['APPDATA'] ?? home, 'postgresql', '.pg_service.conf')
      : paths.join(home, '.pg_service.conf');
  const system = env['PGSYSCONFDIR'];
  // libpq is built with one system folder; these are Debian's and Red Hat's.
  const systemFolders = system === undefined || system === '' ? ['/etc/postgresql-common', '/etc'] : [system];
  return [
    own === undefined || own === '' ? personal : own,
    ...systemFolders.map((folder) => paths.join(folder, 'pg_service.conf')),
  ];
}

/** The parameters of one service; undefined where the text does not have it. */
export function readService(text: string, service: string): ConnectionParams | undefined {
  let params: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    if (trimmed.startsWith('[')) {
      if (params !== undefined) return params;
      if (trimmed.startsWith(`[${service}]`)) params = new Map();
      continue;
    }
    const pair = /^([^=]*?)(\s*)=(.*)$/s.exec(trimmed);
    if (params === undefined || pair === null) continue;
    const [, name, space, value] = pair;
    // libpq keeps a blank after the sign, which can belong to a password; with blanks on both sides it is style.
    params.set(name ?? '', space === '' ? (value ?? '') : (value ?? '').trimStart());
  }
  return params;
}
