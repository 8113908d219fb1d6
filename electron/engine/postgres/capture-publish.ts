/**
 * Publications of captures. Tables are added one after the other with what they lack said first: what the server would
 * say is about the statement, and a table without an identity it takes, to refuse the updates of its users afterwards.
 */
import { AppError } from '../../contract/app-error.ts';
import type { Publishing } from '../capture/capture-source.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import { writeTableName } from '../../contract/table-name.ts';
import type { ConnectionAccess } from '../ports.ts';
import { cancellable } from './cancellable.ts';
import { openCaptureSession } from './capture-session.ts';
import { identifiedSql } from './identified-sql.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import { majorVersion } from './server-version.ts';
import type { Session } from './session.ts';

/** What there is of a table that is to be published. */
interface TableRow extends Record<string, unknown> {
  readonly schema: string;
  readonly name: string;
  readonly kind: string | null;
  readonly persistence: string | null;
  readonly system: boolean;
  readonly partitionOf: string | null;
  /** Of it and its partitions those whose updates and deletes would fail. */
  readonly harmed: readonly CapturedTable[];
  readonly published: boolean;
}

/** @throws AppError of the SLOT_ and SOURCE_ families */
export async function publishTables(
  access: ConnectionAccess,
  publishing: Publishing,
  signal: AbortSignal,
): Promise<void> {
  await using session = await openCaptureSession(access, signal);
  await cancellable(session, signal, async () => {
    const sql = await statementFor(session, publishing);
    if (sql !== undefined) await change(session, sql);
  });
}

/** The statement of {@link publishTables}, which is not sent; undefined where there is nothing to change. */
export async function publishStatement(
  access: ConnectionAccess,
  publishing: Publishing,
  signal: AbortSignal,
): Promise<string | undefined> {
  await using session = await openCaptureSession(access, signal);
  return await cancellable(session, signal, () => statementFor(session, publishing));
}

async function statementFor(
  session: Session,
  { publication, tables, known }: Publishing,
): Promise<string | undefined> {
  const major = await majorVersion(session);
  const [found] = await session.query<{ one: number }>(
    'SELECT 1 AS one FROM pg_catalog.pg_publication WHERE pubname OPERATOR(pg_catalog.=) $1',
    [publication],
  );
  const isGone = ({ schema, name, kind }: TableRow) =>
    kind === null && known.some((table) => table.schema === schema && table.name === name);
  const missing = (await missingTables(session, publication, tables)).filter((table) => !isGone(table));
  for (const table of missing) assertPublishable(table, publication);
  if (missing.length === 0 && found !== undefined) return undefined;
  // Tables that inherit from one are not captured with it: they would be published without anybody having looked at them.
  const names = missing.map((table) => `ONLY ${quoteRelation(table)}`).join(', ');
  const name = quoteIdentifier(publication);
  return found === undefined
    ? `CREATE PUBLICATION ${name}${names === '' ? '' : ` FOR TABLE ${names}`} WITH (${optionsFor(major)})`
    : `ALTER PUBLICATION ${name} ADD TABLE ${names}`;
}

/** @throws AppError of the SLOT_ and SOURCE_ families */
export async function dropPublication(
  access: ConnectionAccess,
  publication: string,
  signal: AbortSignal,
): Promise<void> {
  await using session = await openCaptureSession(access, signal);
  await cancellable(session, signal, () =>
    change(session, `DROP PUBLICATION IF EXISTS ${quoteIdentifier(publication)}`),
  );
}

/** Generated columns are in the snapshot only where they are in the stream: that is settled here for both. */
function optionsFor(major: number): string {
  const options = ['publish_via_partition_root = true'];
  if (major >= 18) options.push('publish_generated_columns = stored');
  return options.join(', ');
}

/** The one kind of statement, besides those about slots, that changes something at the source. */
async function change(session: Session, sql: string): Promise<void> {
  await session.begin('write');
  try {
    await session.query(sql);
    await session.commit();
  } catch (error) {
    if (!(error instanceof AppError && error.details['sqlstate'] === '42501')) throw error;
    throw new AppError('SLOT_PUBLISH_RIGHTS', error.message, {
      cause: error,
      details: { ...error.details, sql },
    });
  }
}

async function missingTables(
  session: Session,
  publication: string,
  tables: readonly CapturedTable[],
): Promise<readonly TableRow[]> {
  const rows = await session.query<TableRow>(TABLES_SQL, [
    publication,
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
  ]);
  return rows.filter(({ published }) => !published);
}

function assertPublishable(table: TableRow, publication: string): void {
  const { kind, persistence, system, partitionOf, harmed } = table;
  const shown = writeTableName(table);
  if (kind === null) {
    throw new AppError('SOURCE_NO_RELATION', `There is no table "${shown}".`, {
      details: { relation: shown },
    });
  }
  const obstacle = system
    ? 'belongs to the system'
    : kind === 'f'
      ? 'is a foreign table'
      : kind !== 'r' && kind !== 'p'
        ? 'is no table'
        : persistence === 'u'
          ? 'is unlogged'
          : persistence === 't'
            ? 'is temporary'
            : partitionOf === null
              ? undefined
              : `is a partition of ${partitionOf}, which is to be captured in its place`;
  if (obstacle !== undefined) {
    throw new AppError('SLOT_NOT_PUBLISHABLE', `"${shown}" ${obstacle}: the WAL has no changes for it.`, {
      details: { relation: shown },
    });
  }
  const [first] = harmed;
  if (first === undefined) return;
  const leaf = writeTableName(first);
  const what = leaf === shown ? `The table "${shown}"` : `"${leaf}", a partition of the table "${shown}",`;
  const sql = harmed.map((each) => `ALTER TABLE ${quoteRelation(each)} REPLICA IDENTITY FULL`).join('; ');
  throw new AppError(
    'SLOT_NO_IDENTITY',
    `${what} has no replica identity: in the publication "${publication}", its updates and deletes would fail.${harmed.length === 1 ? '' : ` The same holds for ${harmed.length - 1} more of its partitions.`}`,
    { details: { relation: shown, sql } },
  );
}

const TABLES_SQL = `
  SELECT asked.schema, asked.name,
         c.relkind::pg_catalog.text AS kind,
         c.relpersistence::pg_catalog.text AS persistence,
         coalesce(c.oid OPERATOR(pg_catalog.<) 16384 OR n.nspname OPERATOR(pg_catalog.=) ANY ('{pg_catalog,information_schema}'::pg_catalog.name[]), false) AS system,
         (SELECT i.inhparent::pg_catalog.regclass::pg_catalog.text FROM pg_catalog.pg_inherits i WHERE i.inhrelid OPERATOR(pg_catalog.=) c.oid AND c.relispartition)
           AS "partitionOf",
         (SELECT coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('schema', ln.nspname, 'name', leaf.relname)
                                               ORDER BY ln.nspname, leaf.relname), '[]')
            FROM pg_catalog.pg_class leaf JOIN pg_catalog.pg_namespace ln ON ln.oid OPERATOR(pg_catalog.=) leaf.relnamespace
           WHERE leaf.oid OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT c.oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(c.oid)))
             AND leaf.relkind OPERATOR(pg_catalog.=) 'r' AND NOT ${identifiedSql('leaf')}) AS harmed,
         EXISTS (SELECT FROM pg_catalog.pg_publication_tables t
                  WHERE t.pubname OPERATOR(pg_catalog.=) $1 AND t.schemaname OPERATOR(pg_catalog.=) asked.schema AND t.tablename OPERATOR(pg_catalog.=) asked.name) AS published
    FROM ROWS FROM (pg_catalog.unnest($2::pg_catalog.text[]), pg_catalog.unnest($3::pg_catalog.text[])) AS asked(schema, name)
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) asked.schema
    LEFT JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname OPERATOR(pg_catalog.=) asked.name
   ORDER BY asked.schema, asked.name`;
