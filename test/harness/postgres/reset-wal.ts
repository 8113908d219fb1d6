/** Moves a stopped cluster to other transaction ids, which would take days to use up. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from './postgres-server.ts';
import { installedServers } from './server-programs.ts';

const run = promisify(execFile);

/** Ids on a page of the commit log: at the first of a page the server makes that page itself. */
export const XIDS_A_PAGE = 32_768;

/** A folder with the server's programs and with those that npm does not bring; undefined where there is none. */
export function programsWith(...names: readonly string[]): string | undefined {
  return installedServers().find(({ programs }) =>
    names.every((name) => existsSync(path.join(programs, 'bin', name))),
  )?.programs;
}

/**
 * Stops the server, lets its next transaction have this id, and starts it again. The oldest frozen id must be less than
 * two thousand million before. https://www.postgresql.org/docs/current/app-pgresetwal.html
 */
export async function moveXids(
  server: PostgresServer,
  programs: string,
  { xid, epoch }: { readonly xid: number; readonly epoch?: number },
): Promise<void> {
  await server.stop();
  const epochs = epoch === undefined ? [] : ['-e', String(epoch)];
  await run(
    path.join(programs, 'bin', 'pg_resetwal'),
    ['-x', String(xid), ...epochs, '-D', server.dataFolder],
    {
      ...server.cluster.account,
      cwd: server.dataFolder,
    },
  );
  await server.restart();
}

/** Freezes every database, so that the ids so far are out of the way. */
export async function freezeAll(server: PostgresServer): Promise<void> {
  await server.query('UPDATE pg_database SET datallowconn = true');
  const { rows } = await server.query<{ name: string }>('SELECT datname AS name FROM pg_database');
  for (const { name } of rows) {
    const client = await server.connect({ database: name });
    await client.query('VACUUM FREEZE');
    await client.end();
  }
}
