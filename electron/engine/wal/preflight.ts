/** "Can changes be captured from here?": the facts of a server as a list of checks. Pure. */
import type { WalCheck, WalTable } from '../../contract/wal.ts';
import { describeBytes } from './describe.ts';
import { providerOf, settingRemedy, walLevelRemedy } from './provider-settings.ts';
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
    ['grants', 'Right to read', grants(facts)],
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

function walLevel({ facts: { server }, providerSettings }: CaptureFacts): Outcome {
  if (server.walLevel === 'logical') return pass('logical');
  return fail(
    `It is ${server.walLevel}: the WAL does not have the rows.`,
    walLevelRemedy(providerOf(providerSettings)),
  );
}

/** How a setting is changed at this server. */
function change(
  { providerSettings }: CaptureFacts,
  name: string,
  value: number | string,
  restart: boolean,
): string {
  return settingRemedy(providerOf(providerSettings), { name, value: String(value), restart });
}

function standby(facts: CaptureFacts): Outcome {
  const { server } = facts.facts;
  if (!server.standby) return pass('A primary');
  return Number.parseInt(server.version, 10) >= 16
    ? warn(
        'A standby: its slots are lost when the primary lowers wal_level or removes rows that they need.',
        change(facts, 'hot_standby_feedback', 'on', false),
      )
    : fail(
        'A standby before Postgres 16 cannot decode its WAL.',
        'Connect to the primary, or upgrade to Postgres 16.',
      );
}

function freeSlots(facts: CaptureFacts): Outcome {
  const { server, slots } = facts.facts;
  const { maxReplicationSlots: most } = server;
  const text = `${slots.length} of ${most} in use`;
  return slots.length < most
    ? pass(text)
    : fail(text, change(facts, 'max_replication_slots', most + 5, true));
}

function freeSenders(facts: CaptureFacts): Outcome {
  const { server } = facts.facts;
  const { maxWalSenders: most, usedWalSenders: used } = server;
  const text = `${used} of ${most} in use`;
  return used < most ? pass(text) : fail(text, change(facts, 'max_wal_senders', most + 5, true));
}

function role({ user, superuser, replicationRole, providerSettings }: CaptureFacts): Outcome {
  if (superuser || replicationRole)
    return pass(superuser ? `${user} is a superuser` : `${user} may replicate`);
  return fail(
    `${user} has not the attribute REPLICATION.`,
    providerSettings.includes('rds')
      ? `GRANT rds_replication TO ${quotedName(user)};`
      : `ALTER ROLE ${quotedName(user)} REPLICATION;`,
  );
}

function connection({ replication }: CaptureFacts): Outcome {
  if (replication.ok) return pass('Opened');
  return fail(
    replication.error.message,
    'Connect to the server itself and not to a pooler (PgBouncer carries no replication), with a role that may replicate.',
  );
}

function publication({ catalog: { publications }, mayCreate, user, facts }: CaptureFacts): Outcome {
  if (publications.length > 0) {
    return pass(publications.map(({ name, tables }) => `${name} (${counted(tables.length)})`).join(', '));
  }
  const grant = mayCreate
    ? ''
    : `GRANT CREATE ON DATABASE ${quotedName(facts.server.database)} TO ${quotedName(user)}; -- by its owner\n`;
  return warn(
    'There is none.',
    // Never FOR ALL TABLES: it makes the updates of every table fail that has no key, now and later.
    `${grant}A capture makes its own when it starts, as the owner of the tables. Or: CREATE PUBLICATION sluice FOR TABLE ONLY …; -- tables with a key`,
  );
}

/** A publication needs no right to read; the snapshot that comes before its changes does. */
function grants({ unreadable, user }: CaptureFacts): Outcome {
  if (unreadable.length === 0) return pass('The tables can be read for the first snapshot.');
  const names = unreadable.map(({ schema, name }) => `${schema}.${name}`);
  return warn(
    `${user} may not read ${shortList(names)}: a first snapshot of them fails.`,
    unreadable
      .slice(0, 5)
      .map((table) => `GRANT SELECT ON ${quoted(table)} TO ${quotedName(user)};`)
      .join('\n'),
  );
}

function identity({ catalog: { tables }, rowBytes }: CaptureFacts): Outcome {
  const without = tables.filter(({ harmed }) => harmed);
  if (without.length === 0) return pass('Every table can name the row of an update or delete.');
  return warn(
    `${counted(without.length)} without a key: once published, updates and deletes on them fail, for everybody. ${listed(without)}`,
    without
      .slice(0, 5)
      .map(
        (table) =>
          `ALTER TABLE ${quoted(table)} REPLICA IDENTITY FULL; -- ${costOf(rowBytes, table)}; or add a primary key`,
      )
      .join('\n'),
  );
}

function fullIdentity({ catalog: { tables }, rowBytes }: CaptureFacts): Outcome {
  const full = tables.filter(({ identity: kind }) => kind === 'full');
  if (full.length === 0) return pass('No table writes whole old rows.');
  const costs = full.slice(0, 5).map((table) => `${table.schema}.${table.name}: ${costOf(rowBytes, table)}`);
  return warn(
    `${costs.join('; ')}.`,
    full
      .slice(0, 5)
      .map((table) =>
        table.keyed
          ? `ALTER TABLE ${quoted(table)} REPLICA IDENTITY DEFAULT; -- where its primary key is enough`
          : `-- ${quoted(table)} has no primary key, and so needs FULL`,
      )
      .join('\n'),
  );
}

/** What REPLICA IDENTITY FULL costs: the old row once more, as wide as ANALYZE saw it. */
function costOf(rowBytes: CaptureFacts['rowBytes'], { schema, name }: WalTable): string {
  const bytes = rowBytes.get(`${schema}.${name}`);
  return bytes === undefined
    ? 'its cost is unknown until ANALYZE'
    : `about ${describeBytes(bytes)} more WAL for each update and delete`;
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

function keepSize(facts: CaptureFacts): Outcome {
  const { maxSlotWalKeepBytes: bytes } = facts.facts.server;
  if (bytes !== null) return pass(describeBytes(bytes));
  return warn(
    'Not set: a slot that nobody reads fills the disk.',
    // Megabytes, as every provider takes them.
    change(facts, 'max_slot_wal_keep_size', 50_000, false),
  );
}

function idleTimeout(facts: CaptureFacts): Outcome {
  const { idleSlotTimeoutMs } = facts;
  if (idleSlotTimeoutMs === null || idleSlotTimeoutMs === 0)
    return pass('Slots are not ended for being idle.');
  return warn(
    `A slot that is not read for ${Math.round(idleSlotTimeoutMs / 60_000)} minutes is invalidated, and its changes are lost.`,
    change(facts, 'idle_replication_slot_timeout', 0, false),
  );
}

function counted(tables: number): string {
  return `${tables} ${tables === 1 ? 'table' : 'tables'}`;
}

function listed(tables: readonly WalTable[]): string {
  return shortList(tables.map(({ schema, name }) => `${schema}.${name}`));
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function quoted({ schema, name }: Pick<WalTable, 'schema' | 'name'>): string {
  return `${quotedName(schema)}.${quotedName(name)}`;
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
