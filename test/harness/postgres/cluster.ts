import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { configurationLines, hostAccess, type Access } from './configuration.ts';
import { serverEnvironment } from './postmaster.ts';
import type { ServerAccount } from './server-account.ts';

const run = promisify(execFile);

/** Certificate and key of the test servers: self-signed for localhost and 127.0.0.1, so it is its own authority. */
export const TLS_CERTIFICATE = path.resolve(import.meta.dirname, '../../fixtures/tls/server.crt');
const TLS_KEY = path.resolve(import.meta.dirname, '../../fixtures/tls/server.key');

export interface ClusterOptions extends Access {
  readonly binaries: Binaries;
  readonly account: ServerAccount;
  /** Folder of the cluster: `data` is made inside, and the log lies beside it. */
  readonly folder: string;
  readonly user: string;
  readonly password: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Makes a folder that belongs to the server's user. */
export async function makeServerFolder(folder: string, account: ServerAccount): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await own(folder, account);
}

/** Makes a new database cluster in `folder/data`, configured and not yet started. */
export async function initialiseCluster(options: ClusterOptions): Promise<void> {
  const { account, folder } = options;
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  await own(passwordFile, account);
  await run(
    options.binaries.program('initdb'),
    [
      `--pgdata=${data}`,
      `--username=${options.user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--locale=C',
      '--encoding=UTF8',
      '--no-sync',
      '--no-instructions',
    ],
    { ...account, cwd: folder, env: serverEnvironment(), windowsHide: true },
  );
  await configure(options, options.port);
  await writeFile(path.join(data, 'pg_hba.conf'), hostAccess(options));
}

/** Adds the settings to `postgresql.conf`: later lines win, so it can be done again for another port. */
export async function configure(options: ClusterOptions, port: number): Promise<void> {
  const data = path.join(options.folder, 'data');
  const tls = options.tls === false ? {} : await installCertificate(options);
  const lines = configurationLines(port, { ...tls, ...options.settings });
  await appendFile(path.join(data, 'postgresql.conf'), lines);
}

/** The server takes a key only from a file that is its own and closed to others. */
async function installCertificate({ folder, account }: ClusterOptions): Promise<Record<string, string>> {
  const certificate = path.join(folder, 'server.crt');
  const key = path.join(folder, 'server.key');
  await copyFile(TLS_CERTIFICATE, certificate);
  await copyFile(TLS_KEY, key);
  await chmod(key, 0o600);
  await own(certificate, account);
  await own(key, account);
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key };
}

async function own(file: string, { uid, gid }: ServerAccount): Promise<void> {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid);
}
