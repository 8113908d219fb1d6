/**
 * Records and statistics of the WAL, by the extension pg_walinspect. Its functions read the whole range before the first
 * row comes, whatever LIMIT says: so it is the range that is bounded, and the time.
 * https://www.postgresql.org/docs/current/pgwalinspect.html
 */
import { AppError } from '../../contract/app-error.ts';
import {
  INSPECT_TEXT_LIMIT,
  type WalRecord,
  type WalRecords,
  type WalRecordsInput,
  type WalStat,
  type WalStats,
  type WalStatsInput,
} from '../../contract/wal-inspect.ts';
import type { ConnectionAccess } from '../ports.ts';
import { inspectRange } from '../wal/inspect-range.ts';
import { cancellable } from './cancellable.ts';
import { quoteIdentifier } from './quote.ts';
import { Session } from './session.ts';

/** What the extension needs at least. */
const FIRST_MAJOR = 15;

interface Place extends Record<string, unknown> {
  readonly major: number;
  readonly database: string;
  /** Where the functions are; null where the extension is not in this database. */
  readonly schema: string | null;
  /** Whether the server has the files of the extension. */
  readonly available: boolean;
  readonly endLsn: string;
}

/** @throws AppError of the families SLOT_ and SOURCE_ */
export async function readWalRecords(
  access: ConnectionAccess,
  input: WalRecordsInput,
  signal: AbortSignal,
): Promise<WalRecords> {
  return await inspect(access, input, signal, async (session, schema, range) => {
    const records = await session.query<WalRecord & Record<string, unknown>>(
      `SELECT start_lsn::pg_catalog.text AS lsn,
              end_lsn::pg_catalog.text AS "endLsn",
              xid::pg_catalog.text::pg_catalog.float8 AS xid,
              resource_manager AS manager,
              record_type AS type,
              record_length AS bytes,
              fpi_length AS "imageBytes",
              pg_catalog.left(coalesce(description, ''), ${INSPECT_TEXT_LIMIT}) AS description,
              pg_catalog.left(coalesce(block_ref, ''), ${INSPECT_TEXT_LIMIT}) AS blocks
         FROM ${quoteIdentifier(schema)}.pg_get_wal_records_info($1, $2)
        LIMIT $3`,
      [range.fromLsn, range.uptoLsn, input.limit + 1],
    );
    return { ...range, records: records.slice(0, input.limit), more: records.length > input.limit };
  });
}

/** @throws AppError of the families SLOT_ and SOURCE_ */
export async function readWalStats(
  access: ConnectionAccess,
  input: WalStatsInput,
  signal: AbortSignal,
): Promise<WalStats> {
  return await inspect(access, input, signal, async (session, schema, range) => ({
    ...range,
    stats: await session.query<WalStat & Record<string, unknown>>(
      `SELECT "resource_manager/record_type" AS name,
              count::pg_catalog.float8 AS records,
              record_size::pg_catalog.float8 AS "recordBytes",
              fpi_size::pg_catalog.float8 AS "imageBytes",
              combined_size_percentage OPERATOR(pg_catalog./) 100 AS share
         FROM ${quoteIdentifier(schema)}.pg_get_wal_stats($1, $2, $3)
        WHERE count OPERATOR(pg_catalog.>) 0
        ORDER BY combined_size DESC, 1`,
      [range.fromLsn, range.uptoLsn, input.perRecord],
    ),
  }));
}

async function inspect<T>(
  access: ConnectionAccess,
  input: WalRecordsInput | WalStatsInput,
  signal: AbortSignal,
  read: (session: Session, schema: string, range: ReturnType<typeof inspectRange>) => Promise<T>,
): Promise<T> {
  const limits = { lockTimeoutMs: undefined, statementTimeoutMs: input.seconds * 1_000, serial: true };
  await using session = await Session.open({ ...access, limits }, signal);
  const [place] = await session.query<Place>(PLACE_SQL);
  if (place === undefined) throw new TypeError('the server said nothing about itself');
  const schema = schemaOf(place);
  const range = inspectRange(input, place.endLsn);
  try {
    return await cancellable(session, signal, () => read(session, schema, range));
  } catch (error) {
    throw toInspectError(error, input.seconds);
  }
}

/** @throws AppError `SLOT_NO_WALINSPECT` */
function schemaOf({ major, database, schema, available }: Place): string {
  if (schema !== null) return schema;
  if (major < FIRST_MAJOR) {
    throw new AppError('SLOT_NO_WALINSPECT', `Postgres ${major} has no pg_walinspect: it came with 15.`);
  }
  throw new AppError(
    'SLOT_NO_WALINSPECT',
    available
      ? `The extension pg_walinspect is not in the database ${database}.`
      : 'The server does not have the extension pg_walinspect: it comes with the package of contributed modules.',
  );
}

/** Segments that are gone: what the server says depends on whether their files were used again. */
const REMOVED: readonly unknown[] = ['58P01', 'XX000', '22023'];

function toInspectError(error: unknown, seconds: number): unknown {
  if (!(error instanceof AppError)) return error;
  const { details } = error;
  const { sqlstate } = details;
  if (sqlstate === '42501') {
    return new AppError('SLOT_INSPECT_DENIED', error.message, { cause: error, details });
  }
  if (sqlstate === '57014') {
    const message = `The server did not read it in ${seconds} s: read fewer bytes, or allow more seconds.`;
    return new AppError(error.code, message, { cause: error, details });
  }
  if (!REMOVED.includes(sqlstate)) return error;
  return new AppError('SLOT_WAL_REMOVED', error.message, { cause: error, details });
}

const PLACE_SQL = `
  SELECT pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major,
         pg_catalog.current_database()::pg_catalog.text AS database,
         (SELECT n.nspname::pg_catalog.text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
           WHERE e.extname OPERATOR(pg_catalog.=) 'pg_walinspect') AS schema,
         EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name OPERATOR(pg_catalog.=) 'pg_walinspect') AS available,
         coalesce(CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END,
                  '0/0')::pg_catalog.text AS "endLsn"`;
