/** "Can changes be captured from here?": the facts of a server as a list of checks. Pure. */
import type { WalCheck, WalTable } from '../../contract/wal.ts';
import { describeBytes } from './describe.ts';
import type { CaptureFacts } from './wal-source.ts';

type Outcome = Pick<WalCheck, 'outcome' | 'text' | 'remedy'>;

const pass = (text: string): Outcome => ({ outcome: 'pass', text, remedy: null });
const warn = (text: string, remedy: string): Outcome => ({ outcome: 'warn', text, remedy });
const fail = (text: string, remedy: string): Outcome => ({ outcome: 'fail', text, remedy });

/** All checks, those that fail first only where the order of the list has them. */
export function preflight(facts: CaptureFacts): WalCheck[] {
  const checks: readonly (readonly [string, string, Outcome])[] = [
    ['walLevel', 'wal_level', walLevel(facts)],
    ['standby', 'Primary or standby', standby(facts)],
    ['slots', 'Free replication slots', freeSlots(facts)],
    ['senders', 'Free WAL senders', freeSenders(facts)],
    ['role', 'Right to replicate', role(facts)],
    ['connection', 'Connection for replication', connection(facts)],
    ['publication', 'Publication', publication(facts)],
    ['identity', 'Replica identity', identity(facts)],
    ['fullIdentity', 'Cost of REPLICA IDENTITY FULL', fullIdentity(facts)],
    ['partitions', 'Partitioned tables', partitions(facts)],
    ['generated', 'Generated columns', generated(facts)],
    ['unlogged', 'Unlogged tables', unlogged(facts)],
    ['keepSize', 'max_slot_wal_keep_size', keepSize(facts)],
    ['idleTimeout', 'idle_replication_slot_timeout', idleTimeout(facts)],
  ];
  return checks.map(([code, title, outcome]) => ({ code, title, ...outcome }));
}

/** Every provider has its own switch; which one it is shows in the settings that it has added. */
function walLevel({ facts: { server }, providerSettings }: CaptureFacts): Outcome {
  if (server.walLevel === 'logical') return pass('logical');
  const remedies: Readonly<Record<string, string>> = {
    rds: 'Set rds.logical_replication = 1 in the parameter group (Aurora: of the cluster), and reboot.',
    cloudsql: 'Set the flag cloudsql.logical_decoding = on; the instance restarts.',
    azure: 'Set the server parameter wal_level = logical, and restart.',
    supabase: 'wal_level is logical on every Supabase project: this one should be restarted.',
  };
  const provider = Object.keys(remedies).find((name) => providerSettings.includes(name));
  return fail(
    `It is ${server.walLevel}: the WAL does not have the rows.`,
    (provider === undefined ? undefined : remedies[provider]) ??
      'ALTER SYSTEM SET wal_level = logical; -- and restart the server',
  );
}

function standby({ facts: { server } }: CaptureFacts): Outcome {
  if (!server.standby) return pass('A primary');
  return Number.parseInt(server.version, 10) >= 16
    ? warn(
        'A standby: its slots are lost when the primary lowers wal_level or removes rows that they need.',
        'ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf();',
      )
    : fail(
        'A standby before Postgres 16 cannot decode its WAL.',
        'Connect to the primary, or upgrade to Postgres 16.',
      );
}

function freeSlots({ facts: { server, slots } }: CaptureFacts): Outcome {
  const { maxReplicationSlots: most } = server;
  const text = `${slots.length} of ${most} in use`;
  return slots.length < most
    ? pass(text)
    : fail(text, `ALTER SYSTEM SET max_replication_slots = ${most + 5}; -- and restart the server`);
}

function freeSenders({ facts: { server } }: CaptureFacts): Outcome {
  const { maxWalSenders: most, usedWalSenders: used } = server;
  const text = `${used} of ${most} in use`;
  return used < most
    ? pass(text)
    : fail(text, `ALTER SYSTEM SET max_wal_senders = ${most + 5}; -- and restart the server`);
}

function role({ user, superuser, replicationRole, providerSettings }: CaptureFacts): Outcome {
  if (superuser || replicationRole)
    return pass(superuser ? `${user} is a superuser` : `${user} may replicate`);
  return fail(
    `${user} has not the attribute REPLICATION.`,
    providerSettings.includes('rds')
      ? `GRANT rds_replication TO "${user}";`
      : `ALTER ROLE "${user}" REPLICATION;`,
  );
}

function connection({ replication }: CaptureFacts): Outcome {
  if (replication.ok) return pass('Opened');
  return fail(
    replication.reason,
    'Connect to the server itself and not to a pooler (PgBouncer carries no replication), with a role that may replicate.',
  );
}

function publication({ catalog: { publications } }: CaptureFacts): Outcome {
  if (publications.length === 0) {
    return warn('There is none.', 'CREATE PUBLICATION sluice FOR ALL TABLES;');
  }
  return pass(publications.map(({ name, tables }) => `${name} (${counted(tables.length)})`).join(', '));
}

function identity({ catalog: { tables } }: CaptureFacts): Outcome {
  const without = tables.filter(
    (table) => table.identity !== 'full' && table.keyColumns.length === 0 && !table.unlogged,
  );
  if (without.length === 0) return pass('Every table can name the row of an update or delete.');
  return warn(
    `${counted(without.length)} without a key: once published, updates and deletes on them fail, for everybody. ${listed(without)}`,
    without
      .slice(0, 5)
      .map((table) => `ALTER TABLE ${quoted(table)} REPLICA IDENTITY FULL; -- or add a primary key`)
      .join('\n'),
  );
}

function fullIdentity({ catalog: { tables }, rowBytes }: CaptureFacts): Outcome {
  const full = tables.filter(({ identity: kind }) => kind === 'full');
  if (full.length === 0) return pass('No table writes whole old rows.');
  const costs = full.slice(0, 5).map((table) => {
    const bytes = rowBytes.get(`${table.schema}.${table.name}`);
    return bytes === undefined
      ? `${table.schema}.${table.name}: unknown until ANALYZE`
      : `${table.schema}.${table.name}: about ${describeBytes(bytes)} more WAL for each update and delete`;
  });
  return warn(
    `${costs.join('; ')}.`,
    full
      .slice(0, 5)
      .map(
        (table) => `ALTER TABLE ${quoted(table)} REPLICA IDENTITY DEFAULT; -- where a primary key is enough`,
      )
      .join('\n'),
  );
}

function partitions({ catalog: { publications, tables } }: CaptureFacts): Outcome {
  const parted = tables.filter((table) => table.partitioned);
  const byLeaf = publications.filter(({ viaRoot }) => !viaRoot).map(({ name }) => name);
  if (parted.length === 0 || byLeaf.length === 0) return pass('Changes come under the name of the table.');
  return warn(
    `Changes of ${listed(parted)} come under the names of their partitions.`,
    byLeaf.map((name) => `ALTER PUBLICATION "${name}" SET (publish_via_partition_root = true);`).join('\n'),
  );
}

function generated({ catalog: { tables }, facts: { server } }: CaptureFacts): Outcome {
  const found = tables.filter(({ generatedColumns }) => generatedColumns.length > 0);
  if (found.length === 0) return pass('There are none.');
  return warn(
    `Generated columns are not in the changes of ${listed(found)}.`,
    Number.parseInt(server.version, 10) >= 18
      ? 'ALTER PUBLICATION … SET (publish_generated_columns = stored);'
      : 'Compute them again at the destination: before Postgres 18 they cannot be published.',
  );
}

function unlogged({ catalog: { tables } }: CaptureFacts): Outcome {
  const found = tables.filter((table) => table.unlogged);
  if (found.length === 0) return pass('There are none.');
  return warn(
    `${listed(found)}: nothing of it is in the WAL.`,
    found
      .slice(0, 5)
      .map((table) => `ALTER TABLE ${quoted(table)} SET LOGGED;`)
      .join('\n'),
  );
}

function keepSize({ facts: { server } }: CaptureFacts): Outcome {
  const { maxSlotWalKeepBytes: bytes } = server;
  if (bytes !== null) return pass(describeBytes(bytes));
  return warn(
    'Not set: a slot that nobody reads fills the disk.',
    "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();",
  );
}

function idleTimeout({ idleSlotTimeoutMs }: CaptureFacts): Outcome {
  if (idleSlotTimeoutMs === null || idleSlotTimeoutMs === 0)
    return pass('Slots are not ended for being idle.');
  return warn(
    `A slot that is not read for ${Math.round(idleSlotTimeoutMs / 60_000)} minutes is invalidated, and its changes are lost.`,
    'ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();',
  );
}

function counted(tables: number): string {
  return `${tables} ${tables === 1 ? 'table' : 'tables'}`;
}

function listed(tables: readonly WalTable[]): string {
  const names = tables.slice(0, 5).map(({ schema, name }) => `${schema}.${name}`);
  return tables.length > names.length
    ? `${names.join(', ')} and ${tables.length - names.length} more`
    : names.join(', ');
}

function quoted({ schema, name }: WalTable): string {
  return [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
