/** The text of the server's two configuration files. Pure. */

/** How clients get in: over TLS or not, with a password or without. */
export interface Access {
  readonly auth: 'scram' | 'trust';
  readonly tls: boolean | 'required';
}

/** A throwaway server: it may lose everything at a crash of the machine, and is quick in exchange. */
const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_connections: '60',
  max_wal_senders: '10',
  max_replication_slots: '20',
  shared_buffers: '64MB',
  fsync: 'off',
  full_page_writes: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Lines to add to `postgresql.conf`. https://www.postgresql.org/docs/current/config-setting.html */
export function configurationLines(port: number, settings: Readonly<Record<string, string>>): string {
  return Object.entries({ ...DEFAULTS, ...settings, port: String(port) })
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}

/** The whole of `pg_hba.conf`. https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
export function hostAccess({ auth, tls }: Access): string {
  const type = tls === 'required' ? 'hostssl' : 'host';
  const method = auth === 'scram' ? 'scram-sha-256' : 'trust';
  return ['all', 'replication']
    .map((database) => `${type} ${database} all 127.0.0.1/32 ${method}\n`)
    .join('');
}
