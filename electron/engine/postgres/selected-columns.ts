/** The list of a SELECT on a table: names, and the expressions of masks in place of some. */
import { AppError } from '../../contract/app-error.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { Selection } from '../../contract/selection.ts';
import { constantExpression, maskExpression, type MaskedColumn } from './mask-sql.ts';
import { quoteIdentifier } from './quote.ts';
import { assertReadable } from './readable-columns.ts';
import type { Session } from './session.ts';
import { toSourceError } from './source-errors.ts';
import { typeInSql, type StoredType } from './type-in-sql.ts';

type TableSelection = Extract<Selection, { table: unknown }>;

/**
 * The list of a SELECT for a selection. Dropped columns are not in it, generated ones are.
 * @throws AppError `SOURCE_COLUMNS_DENIED`, `SOURCE_NO_COLUMN` for a mask of a column that is not there, `CONFIG_INVALID_INPUT` for one that does
 *   not suit, or whose column is not selected
 */
export async function selectedColumns(
  session: Session,
  relation: RelationRef,
  { columns, masks = [] }: TableSelection,
): Promise<string> {
  await assertReadable(session, relation, columns);
  if (masks.length === 0) return columns?.map(quoteIdentifier).join(', ') ?? '*';
  const known = await columnsOf(session, relation);
  const expressions = new Map<string, string>();
  for (const [index, { column, mask }] of masks.entries()) {
    const found = known.find(({ name }) => name === column);
    if (found === undefined) throw noColumn(column);
    if (columns?.includes(column) === false) throw notSelected(column, index);
    expressions.set(column, `${maskExpression(found, mask, index)} AS ${quoteIdentifier(column)}`);
    if (mask.kind === 'constant') await assertConstant(session, found, index);
  }
  const names = columns ?? known.map(({ name }) => name);
  return names.map((name) => expressions.get(name) ?? quoteIdentifier(name)).join(', ');
}

/** The server reads the constant once beforehand. Its own message would show the text. */
async function assertConstant(session: Session, column: MaskedColumn, index: number): Promise<void> {
  try {
    await session.query(`SELECT ${constantExpression(column, index)} AS constant`);
  } catch (error) {
    const known = toSourceError(error);
    const state = String(known.details['sqlstate'] ?? '');
    // Class 22, "data exception", class 23, what a domain checks, and types that text cannot be converted to.
    if (!/^(?:22|23)/.test(state) && state !== '42846') throw known;
    throw new AppError(
      'CONFIG_INVALID_INPUT',
      `The constant that masks "${column.name}" is no value of its type, ${column.type}.`,
      { details: { field: `selection.masks.${index}.mask.text`, column: column.name, sqlstate: state } },
    );
  }
}

interface ColumnRow extends Record<string, unknown> {
  readonly name: string;
  readonly type: StoredType;
  readonly resolved: StoredType;
  readonly encoding: string;
}

async function columnsOf(session: Session, relation: RelationRef): Promise<MaskedColumn[]> {
  const rows = await session.query<ColumnRow>(
    `WITH RECURSIVE resolved AS (
       SELECT a.attnum, a.attname, a.atttypid, a.atttypmod, t.oid, t.typtype, t.typbasetype, a.atttypmod AS modifier, t.typtypmod
         FROM pg_catalog.pg_attribute a
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
         JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
        WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
          AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
       UNION ALL
       SELECT r.attnum, r.attname, r.atttypid, r.atttypmod, t.oid, t.typtype, t.typbasetype, r.typtypmod, t.typtypmod
         FROM resolved r JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) r.typbasetype
        WHERE r.typtype OPERATOR(pg_catalog.=) 'd'
     )
     SELECT r.attname AS name, ${storedTypeSql('r.atttypid', 'r.atttypmod')} AS type,
            ${storedTypeSql('r.oid', 'r.modifier')} AS resolved,
            pg_catalog.getdatabaseencoding()::pg_catalog.text AS encoding
       FROM resolved r
      WHERE r.typtype OPERATOR(pg_catalog.<>) 'd'
      ORDER BY r.attnum`,
    [relation.schema, relation.name],
  );
  return rows.map(({ name, type, resolved, encoding }) => ({
    name,
    type: type.shown,
    typeSql: typeInSql(type),
    resolvedSql: typeInSql(resolved),
    baseType: resolved.name,
    encoding,
  }));
}

/** A {@link StoredType} as JSON. */
const storedTypeSql = (oid: string, modifier: string) => `
  (SELECT pg_catalog.jsonb_build_object('schema', n.nspname, 'name', t.typname,
            'shown', pg_catalog.format_type(t.oid, ${modifier}), 'bare', pg_catalog.format_type(t.oid, NULL))
     FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
    WHERE t.oid OPERATOR(pg_catalog.=) ${oid})`;

function noColumn(column: string): AppError {
  return new AppError('SOURCE_NO_COLUMN', `There is no column "${column}" to mask.`, { details: { column } });
}

function notSelected(column: string, index: number): AppError {
  return new AppError('CONFIG_INVALID_INPUT', `Column "${column}" is masked, and is not selected.`, {
    details: { field: `selection.masks.${index}.column`, column },
  });
}
