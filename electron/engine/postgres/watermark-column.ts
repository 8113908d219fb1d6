import { AppError } from '../../contract/app-error.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { WatermarkKind } from '../../contract/watermark-spec.ts';
import { watermarkKind } from '../watermark/watermark-kind.ts';
import { leadsIndexSql } from './leading-index.ts';
import type { Session } from './session.ts';

/** What the catalogue says about a relation and its watermark column. */
export interface WatermarkColumn {
  /** Without length or precision: a cast must not shorten a value. */
  readonly type: string;
  readonly baseType: string;
  readonly kind: WatermarkKind;
  readonly nullable: boolean;
  readonly indexed: boolean;
  readonly noXids: string | undefined;
  readonly subscribed: boolean;
  readonly tellsTable: boolean;
}

interface CatalogRow {
  readonly type: string;
  readonly base: string;
  readonly nullable: boolean;
  readonly indexed: boolean;
  readonly kinds: readonly string[];
  readonly methods: readonly string[];
  readonly subscribed: boolean;
  /** True for a table, with or without partitions: a view has no column that names the table of a row. */
  readonly stored: boolean;
  /** False for a user who may read some columns only: then not the one that names the writer of a row. */
  readonly whole: boolean;
}

/** Looks the column up. @throws AppError `SOURCE_NO_COLUMN`, or `CONFIG_INVALID_INPUT` for a type without an order */
export async function findWatermarkColumn(
  session: Session,
  relation: RelationRef,
  column: string,
): Promise<WatermarkColumn> {
  const [found] = await session.query<CatalogRow>(
    `WITH RECURSIVE relation AS (
       SELECT c.oid, c.relkind, c.relam FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
        WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
     ), tree AS (
       SELECT oid, relkind, relam FROM relation
       UNION SELECT c.oid, c.relkind, c.relam
               FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) t.oid JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid
     ), resolved AS (
       SELECT a.attnum, a.attnotnull, t.oid, t.typbasetype, t.typname, t.typtype, 0 AS depth
         FROM relation r JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) r.oid JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
        WHERE a.attname OPERATOR(pg_catalog.=) $3 AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
       UNION ALL
       SELECT r.attnum, r.attnotnull, t.oid, t.typbasetype, t.typname, t.typtype, r.depth OPERATOR(pg_catalog.+) 1
         FROM resolved r JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) r.typbasetype WHERE r.typtype OPERATOR(pg_catalog.=) 'd'
     )
     SELECT pg_catalog.format_type(r.oid, NULL) AS type,
            r.typname::pg_catalog.text AS base,
            NOT r.attnotnull AS nullable,
            ${leadsIndexSql('(SELECT oid FROM relation)', '$3')} AS indexed,
            (SELECT pg_catalog.array_agg(DISTINCT relkind::pg_catalog.text) FROM tree) AS kinds,
            (SELECT coalesce(pg_catalog.array_agg(DISTINCT am.amname::pg_catalog.text), '{}') FROM tree JOIN pg_catalog.pg_am am ON am.oid OPERATOR(pg_catalog.=) relam
              WHERE relkind OPERATOR(pg_catalog.=) 'r') AS methods,
            (SELECT relkind OPERATOR(pg_catalog.=) ANY ('{r,p,f}'::pg_catalog."char"[]) FROM relation) AS stored,
            pg_catalog.has_table_privilege((SELECT oid FROM relation), 'SELECT') AS whole,
            EXISTS (SELECT FROM pg_catalog.pg_subscription_rel s JOIN tree ON tree.oid OPERATOR(pg_catalog.=) s.srrelid) AS subscribed
       FROM resolved r WHERE r.typtype OPERATOR(pg_catalog.<>) 'd' ORDER BY r.depth DESC LIMIT 1`,
    [relation.schema, relation.name, column],
  );
  if (found === undefined) {
    throw new AppError('SOURCE_NO_COLUMN', `${relation.schema}.${relation.name} has no column "${column}".`);
  }
  const kind = watermarkKind(found.base);
  if (kind === undefined) {
    throw new AppError(
      'CONFIG_INVALID_INPUT',
      `watermark.column: "${column}" is ${found.type}; a watermark is a time, a date, a number without rounding, a uuid or a text`,
      { details: { field: 'watermark.column' } },
    );
  }
  const { type, base, nullable, indexed, subscribed } = found;
  const tellsTable = found.stored && found.whole;
  return { type, baseType: base, kind, nullable, indexed, subscribed, tellsTable, noXids: whyNoXids(found) };
}

function whyNoXids({ kinds, methods, whole }: CatalogRow): string | undefined {
  if (!whole) return 'the user may read some of its columns only, and not which transaction wrote a row';
  const odd = kinds.find((kind) => kind !== 'r' && kind !== 'p');
  if (odd !== undefined)
    return odd === 'f'
      ? 'the rows of a foreign table do not say which transaction wrote them'
      : 'the rows of a view do not say which transaction wrote them';
  const method = methods.find((name) => name !== 'heap');
  return method === undefined
    ? undefined
    : `tables of the kind "${method}" do not say which transaction wrote a row`;
}
