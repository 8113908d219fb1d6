/** Where a setting of the server is changed: each provider has its own switch, and none of them takes ALTER SYSTEM. Pure. */

/** Those whose switches are known. What a server shows of its provider decides; none of it, and it is Postgres's own. */
export const PROVIDERS = ['rds', 'cloudsql', 'azure', 'supabase'] as const;
export type Provider = (typeof PROVIDERS)[number];

export interface ServerSetting {
  readonly name: string;
  readonly value: string;
  /** It counts only after a restart. */
  readonly restart: boolean;
}

/** @param marks what the server shows of its provider, such as `rds` */
export function providerOf(marks: readonly string[]): Provider | undefined {
  return PROVIDERS.find((name) => marks.includes(name));
}

/** How a setting is changed there. */
export function settingRemedy(
  provider: Provider | undefined,
  { name, value, restart }: ServerSetting,
): string {
  switch (provider) {
    case 'rds':
      return `Set ${name} = ${value} in the parameter group (Aurora: of the cluster)${restart ? ', and reboot' : ''}.`;
    case 'cloudsql':
      return `Set the flag ${name} = ${value}${restart ? '; the instance restarts' : ''}.`;
    case 'azure':
      return `Set the server parameter ${name} = ${value}${restart ? ', and restart' : ''}.`;
    case 'supabase':
      return `supabase --experimental --project-ref <ref> postgres-config update --config ${name}=${value}`;
    case undefined:
      return restart
        ? `ALTER SYSTEM SET ${name} = ${value}; -- and restart the server`
        : `ALTER SYSTEM SET ${name} = ${value}; SELECT pg_reload_conf();`;
  }
}

/** What makes the WAL logical, which some providers call by another name. */
export function walLevelRemedy(provider: Provider | undefined): string {
  switch (provider) {
    case 'rds':
      return settingRemedy(provider, { name: 'rds.logical_replication', value: '1', restart: true });
    case 'cloudsql':
      return settingRemedy(provider, { name: 'cloudsql.logical_decoding', value: 'on', restart: true });
    case 'supabase':
      return 'wal_level is logical on every Supabase project: this one should be restarted.';
    case 'azure':
    case undefined:
      return settingRemedy(provider, { name: 'wal_level', value: 'logical', restart: true });
  }
}
