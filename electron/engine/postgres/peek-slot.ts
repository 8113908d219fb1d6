/**
 * Peeks. A slot of somebody else is never read: a temporary copy is, which has its own position, can be made while the
 * slot is in use and with another plugin, and is gone with the connection, however that ends.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-REPLICATION
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { PeekPlugin } from '../../contract/peek.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { TableName } from '../../contract/table-name.ts';
import { formatLsn, lsnDistance, parseLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { OpenPeek, PeekRequest } from '../wal/wal-source.ts';
import { findRelation } from './find-relation.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { openReplication } from './replication-session.ts';
import { ReplicationStream } from './replication-stream.ts';
import { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** What has to be known before a copy is made. */
interface Source {
  readonly major: number;
  readonly database: string;
  readonly slotDatabase: string | null;
  readonly slotType: string | null;
  readonly slotPlugin: string | null;
  readonly walLevel: string;
  readonly walStatus: string | null;
  readonly standby: boolean;
  readonly endLsn: string;
}

interface Copied extends Record<string, unknown> {
  readonly name: string;
  readonly restart: string;
  readonly flush: string;
}

/** Opens a peek; nothing is decoded yet. @throws AppError of the families SLOT_ and SOURCE_ */
export async function openPeek(
  access: ConnectionAccess,
  request: PeekRequest,
  signal: AbortSignal,
): Promise<OpenPeek> {
  const source = await readSource(access, request.slot, signal);
  assertPeekable(source, request.slot);
  // A copy belongs to the database of the connection, whatever the database of the slot is, and would decode nothing.
  const database = source.slotDatabase ?? source.database;
  const own: ConnectionAccess = { ...access, settings: { ...access.settings, database } };
  const table = request.table === undefined ? undefined : await findIn(own, request.table, signal);
  const session = await openReplication(own, signal);
  const cancel = () => void session.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const known = await session.command<{ name: string }>(
      'SELECT pubname::pg_catalog.text AS name FROM pg_catalog.pg_publication ORDER BY 1',
    );
    const publications = request.publications ?? known.map(({ name }) => name);
    const plugin = request.plugin ?? pluginFor(source, request, publications);
    if (plugin === 'pgoutput' && publications.length === 0) {
      throw new AppError('SLOT_NO_PUBLICATION', `The database ${database} has no publication.`);
    }
    const copied = await makeSlot(session, request.slot, plugin);
    const [startLsn, endLsn] = [parseLsn(copied.flush), parseLsn(source.endLsn)];
    const walBytes = Math.max(0, lsnDistance(parseLsn(copied.restart), endLsn));
    const command = startCommand(copied.name, { ...request, plugin, publications }, source.major);
    return {
      database,
      plugin,
      publications: plugin === 'pgoutput' ? publications : [],
      table,
      startLsn,
      endLsn,
      walBytes,
      read: () => ReplicationStream.read(session, command),
      [Symbol.asyncDispose]: () => session.leave(),
    };
  } catch (error) {
    session.destroy();
    signal.throwIfAborted();
    throw toSlotError(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * What shows what the slot shows. Only pgoutput goes by publications: through it, a slot of another plugin would lack the tables,
 * rows and columns that no publication has.
 */
function pluginFor(
  { slotPlugin }: Source,
  request: PeekRequest,
  publications: readonly string[],
): PeekPlugin {
  if (publications.length === 0) return 'test_decoding';
  const isOther = slotPlugin !== null && slotPlugin !== 'pgoutput';
  return isOther && request.publications === undefined ? 'test_decoding' : 'pgoutput';
}

/**
 * Before a slot is made: of a table that is not there the whole WAL would be decoded, and nothing shown.
 * @throws AppError `SOURCE_NO_RELATION`, or of the SOURCE_ family
 */
async function findIn(access: ConnectionAccess, table: TableName, signal: AbortSignal): Promise<RelationRef> {
  await using session = await Session.open(access, signal);
  return await findRelation(session, table);
}

/** @throws AppError */
async function readSource(
  access: ConnectionAccess,
  slot: string | null,
  signal: AbortSignal,
): Promise<Source> {
  await using session = await Session.open(access, signal);
  const [row] = await session.query<Source & { found: boolean } & Record<string, unknown>>(SOURCE_SQL, [
    slot,
  ]);
  if (row === undefined) throw new TypeError('the server said nothing about itself');
  if (slot !== null && !row.found) {
    throw new AppError('SLOT_NOT_FOUND', `There is no replication slot "${slot}".`);
  }
  return row;
}

/** What the server would say later and less clearly. */
function assertPeekable(source: Source, slot: string | null): void {
  if (source.walLevel !== 'logical') {
    throw new AppError('SLOT_WAL_LEVEL', `wal_level is ${source.walLevel}: the WAL has no rows to show.`);
  }
  if (source.standby && source.major < 16) {
    throw new AppError('SLOT_REFUSED', `A standby of Postgres ${source.major} cannot decode its WAL.`);
  }
  if (slot === null) return;
  if (source.slotType !== 'logical') {
    throw new AppError('SLOT_NOT_LOGICAL', `The slot "${slot}" is a physical one.`);
  }
  if (source.walStatus === 'lost') {
    throw new AppError('SLOT_LOST', `The server has removed WAL that the slot "${slot}" still needed.`);
  }
}

async function makeSlot(session: Session, slot: string | null, plugin: PeekPlugin): Promise<Copied> {
  const name = `sluice_peek_${randomBytes(8).toString('hex')}`;
  const [own, of] = [quoteLiteral(name), quoteLiteral(plugin)];
  await session.command(
    slot === null
      ? `SELECT 1 FROM pg_catalog.pg_create_logical_replication_slot(${own}, ${of}, true)`
      : `SELECT 1 FROM pg_catalog.pg_copy_logical_replication_slot(${quoteLiteral(slot)}, ${own}, true, ${of})`,
  );
  const [copied] = await session.command<Copied>(
    `SELECT slot_name::pg_catalog.text AS name, restart_lsn::pg_catalog.text AS restart, confirmed_flush_lsn::pg_catalog.text AS flush
       FROM pg_catalog.pg_replication_slots
      WHERE slot_name OPERATOR(pg_catalog.=) ${own} AND temporary`,
  );
  if (copied === undefined) throw new AppError('SLOT_NOT_FOUND', 'The temporary slot is gone again.');
  return copied;
}

/**
 * Streaming sends large transactions before they end, so the server does not have to write them to its disk first.
 * `messages` came with the same version; two-phase is left out: a prepared transaction is shown when it is committed.
 */
function startCommand(
  slot: string,
  { plugin, publications = [], messages }: PeekRequest,
  major: number,
): string {
  const options =
    plugin === 'test_decoding'
      ? ['"include-timestamp" \'on\'', '"skip-empty-xacts" \'on\'']
      : [
          `proto_version '${major >= 14 ? 2 : 1}'`,
          `publication_names ${quoteOption(publications.map(quoteIdentifier).join(','))}`,
          ...(major >= 14 ? ["streaming 'on'", `messages '${messages ? 'on' : 'off'}'`] : []),
        ];
  return `START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL ${formatLsn(0n)} (${options.join(', ')})`;
}

/** The grammar of replication commands has no escape but the doubled quote: a backslash is one. */
function quoteOption(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const SOURCE_SQL = `
  SELECT pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major,
         pg_catalog.current_database()::pg_catalog.text AS database,
         pg_catalog.current_setting('wal_level') AS "walLevel",
         pg_catalog.pg_is_in_recovery() AS standby,
         coalesce(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END,
                  '0/0')::pg_catalog.text AS "endLsn",
         s.slot_name IS NOT NULL AS found,
         s.slot_type AS "slotType",
         s.plugin::pg_catalog.text AS "slotPlugin",
         s.database::pg_catalog.text AS "slotDatabase",
         s.wal_status AS "walStatus"
    FROM (SELECT 1) AS one
    LEFT JOIN pg_catalog.pg_replication_slots s ON s.slot_name OPERATOR(pg_catalog.=) $1::pg_catalog.text`;
