/**
 * A physical standby of a test server. The data are copied while the primary is stopped, because `pg_basebackup` is not
 * among the programs that npm brings. https://www.postgresql.org/docs/current/hot-standby.html
 */
import { chmod, chown, cp, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { configure, makeServerFolder, type ClusterOptions } from './cluster.ts';
import { startCluster, type PostgresServer } from './postgres-server.ts';
import type { ServerAccount } from './server-account.ts';

/** Stops the primary for a moment, and starts it again beside a standby that follows it. */
export async function startStandby(
  primary: PostgresServer,
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const own = await makeTemporaryFolder('postgres');
  const folder = path.join(own.path, 'postgres');
  const { host, user, password } = primary;
  const release = async () => {
    await own.remove();
  };
  try {
    await makeServerFolder(folder, primary.cluster.account);
    await primary.stop();
    await copyData(primary.dataFolder, path.join(folder, 'data'), primary.cluster.account);
    await primary.restart();
    const cluster: ClusterOptions = {
      ...primary.cluster,
      folder,
      port: await freePort(),
      settings: {
        ...primary.cluster.settings,
        primary_conninfo: `host=${host} port=${primary.port} user=${user} password=${password}`,
        ...settings,
      },
    };
    await configure(cluster, cluster.port);
    return await startCluster(cluster, { mayChangePort: true, release });
  } catch (error) {
    await release();
    throw error;
  }
}

async function copyData(from: string, to: string, { uid, gid }: ServerAccount): Promise<void> {
  await cp(from, to, { recursive: true });
  await writeFile(path.join(to, 'standby.signal'), '');
  await chmod(to, 0o700);
  if (uid === undefined || gid === undefined) return;
  for (const name of ['', ...(await readdir(to, { recursive: true }))])
    await chown(path.join(to, name), uid, gid);
}

/** Comes back when the standby has what the primary has now. */
export async function caughtUp(standby: PostgresServer, primary: PostgresServer): Promise<void> {
  const { rows } = await primary.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  for (;;) {
    const { rows: replayed } = await standby.query<{ there: boolean }>(
      'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS there',
      [rows[0]?.lsn],
    );
    if (replayed[0]?.there === true) return;
    await sleep(10);
  }
}
