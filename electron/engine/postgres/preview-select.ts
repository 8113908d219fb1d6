/**
 * The SELECT behind a preview. Values that can be long are cut by the server, because a page of a thousand rows with
 * a document of 100 MB in each must not travel, let alone fit into memory.
 */
import { PREVIEW_VALUE_LIMIT, type PreviewCell, type PreviewColumn } from '../../contract/preview.ts';
import type { RelationRef } from '../../contract/relation.ts';
import { quoteIdentifier, quoteRelation } from './quote.ts';
import type { Session } from './session.ts';

/** Characters of one value that the side panel is given. */
const WHOLE_VALUE_LIMIT = 4 * 1024 * 1024;

/** A column of the preview, and whether its values can be long. */
export interface PreviewField extends PreviewColumn {
  readonly long: boolean;
}

/**
 * Looks the columns up. Long are the types of variable length, except those that never get long, and except `bpchar`,
 * whose cast to text would cut the blanks off that belong to the value.
 */
export async function previewFields(session: Session, relation: RelationRef): Promise<PreviewField[]> {
  return await session.query<PreviewField & Record<string, unknown>>(
    `SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
            base.typlen OPERATOR(pg_catalog.<) 0 AND base.typname OPERATOR(pg_catalog.<>) ALL ('{numeric,bpchar,inet,cidr,bit}'::pg_catalog.name[])
              AND NOT (base.typname OPERATOR(pg_catalog.=) 'varchar' AND a.atttypmod OPERATOR(pg_catalog.>=) 1
                       AND a.atttypmod OPERATOR(pg_catalog.<=) ${PREVIEW_VALUE_LIMIT}) AS long
       FROM pg_catalog.pg_attribute a
       JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
       JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
       JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
       JOIN pg_catalog.pg_type base ON base.oid OPERATOR(pg_catalog.=) CASE WHEN t.typtype OPERATOR(pg_catalog.=) 'd' THEN t.typbasetype ELSE t.oid END
      WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2 AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
      ORDER BY a.attnum`,
    [relation.schema, relation.name],
  );
}

/**
 * For a long column two expressions: the value cut, and its length where something was cut off. With `whole`, the values
 * of that column come up to the limit of the side panel. The expressions stay the same otherwise, because with
 * other ones the planner could choose another scan, and row 7 would be another row.
 */
export function previewSelect(
  relation: RelationRef,
  fields: readonly PreviewField[],
  whole?: PreviewField,
): string {
  const expressions = fields.flatMap((field) => {
    const column = quoteIdentifier(field.name);
    if (!field.long) return [column];
    const text = `${column}::pg_catalog.text`;
    return [
      `pg_catalog.left(${text}, ${field === whole ? WHOLE_VALUE_LIMIT : PREVIEW_VALUE_LIMIT})`,
      `CASE WHEN pg_catalog.length(${text}) OPERATOR(pg_catalog.>) ${PREVIEW_VALUE_LIMIT} THEN pg_catalog.length(${text}) END`,
    ];
  });
  return `SELECT ${expressions.join(', ')} FROM ${quoteRelation(relation)}`;
}

/** Puts the cells of a row together again from what {@link previewSelect} asked for. */
export function previewRow(row: readonly (string | null)[], fields: readonly PreviewField[]): PreviewCell[] {
  let at = 0;
  return fields.map(({ long }) => {
    const value = row[at++] ?? null;
    if (!long) return value;
    const length = row[at++] ?? null;
    return value === null || length === null ? value : { cut: value, length: Number(length) };
  });
}
