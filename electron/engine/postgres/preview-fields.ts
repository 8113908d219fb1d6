/** What a preview shows of a relation: the columns that the user may read, and how the values of each become text. */
import { AppError } from '../../contract/app-error.ts';
import { PREVIEW_VALUE_LIMIT, type PreviewColumn } from '../../contract/preview.ts';
import type { RelationRef } from '../../contract/relation.ts';
import { catalogRows } from './catalog-rows.ts';
import { findRelation, type SoughtRelation } from './find-relation.ts';
import { hasBytes, showBytes } from './server-text.ts';
import type { Session } from './session.ts';

/** Characters of one row: the more columns there are, the less is shown of each long value. */
const ROW_LIMIT = 200_000;

/** Characters that are shown of a long value however many columns there are. */
const LEAST_SHOWN = 100;

/** A column of the preview. */
export interface PreviewField extends PreviewColumn {
  /** Its name as the SELECT has it. */
  readonly key: string;
  /** Whether its values can be long. */
  readonly long: boolean;
  /** How a value becomes text: it is text, it is cut before, or by the function that COPY uses too. */
  readonly form: 'text' | 'bytea' | 'output';
}

/** What a preview reads. */
export interface PreviewShape {
  readonly relation: RelationRef;
  readonly fields: readonly PreviewField[];
  /** Names of the columns that this user may not read. */
  readonly hidden: readonly string[];
  /** The keys of all columns, where a name cannot be written and they are called by their place; else undefined. */
  readonly places: readonly string[] | undefined;
  /** Characters that a page shows of one value. */
  readonly limit: number;
  /** As `getdatabaseencoding()` names it. */
  readonly encoding: string;
}

interface FieldRow {
  readonly name: string;
  readonly type: string;
  readonly long: boolean;
  readonly form: PreviewField['form'];
  readonly readable: boolean;
}

/** Looks the relation and its columns up. @throws AppError of the SOURCE_ family */
export async function previewShape(session: Session, sought: SoughtRelation): Promise<PreviewShape> {
  const relation = await findRelation(session, sought);
  const [server] = await session.query<{ encoding: string }>(
    'SELECT pg_catalog.getdatabaseencoding()::pg_catalog.text AS encoding',
  );
  const rows = await catalogRows<FieldRow>(session, FIELDS_SQL, [relation.schema, relation.name]);
  const readable = rows.filter((row) => row.readable);
  if (readable.length === 0 && rows.length > 0) throw noColumnReadable(relation);
  const places = rows.some(({ name }) => hasBytes(name)) ? rows.map((_, index) => `c${index}`) : undefined;
  const fields = rows.flatMap(({ name, type, long, form, readable: may }, index) =>
    may ? [{ name: showBytes(name), type: showBytes(type), key: places?.[index] ?? name, long, form }] : [],
  );
  return {
    relation,
    fields,
    hidden: rows.filter((row) => !row.readable).map(({ name }) => showBytes(name)),
    places,
    limit: shownCharacters(fields.length),
    encoding: server?.encoding ?? 'UTF8',
  };
}

/** Pure: characters that a page shows of each value, so that a page of a very wide table still fits into memory. */
export function shownCharacters(columns: number): number {
  return Math.max(LEAST_SHOWN, Math.min(PREVIEW_VALUE_LIMIT, Math.floor(ROW_LIMIT / columns / 2) * 2));
}

function noColumnReadable({ schema, name }: RelationRef): AppError {
  return new AppError('SOURCE_PERMISSION_DENIED', `You may read no column of ${schema}.${name}.`, {
    details: { relation: `${schema}.${name}` },
  });
}

/** The ids of types of the catalogue, as an array. */
function typeIds(...names: readonly string[]): string {
  const list = names.map((name) => `pg_catalog.${name}`).join(',');
  return `'{${list}}'::pg_catalog.regtype[]::pg_catalog.oid[]`;
}

/**
 * Short are types of a fixed size, addresses, and what has a length of its own that is short: a length stands with the column
 * or with the innermost domain that has one, and a domain over a domain keeps it.
 */
const FIELDS_SQL = `
  SELECT a.attname AS name,
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
         pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable,
         base.typlen OPERATOR(pg_catalog.<) 0
           AND base.oid OPERATOR(pg_catalog.<>) ALL (${typeIds('inet', 'cidr')})
           AND NOT (base.modifier OPERATOR(pg_catalog.>=) 0 AND (
                base.oid OPERATOR(pg_catalog.=) ANY (${typeIds('numeric')})
             OR base.oid OPERATOR(pg_catalog.=) ANY (${typeIds('varchar', 'bpchar', 'bit', 'varbit')})
                AND base.modifier OPERATOR(pg_catalog.<=) ${LEAST_SHOWN})) AS long,
         CASE WHEN base.oid OPERATOR(pg_catalog.=) ANY (${typeIds('text', 'varchar')}) THEN 'text'
              WHEN base.oid OPERATOR(pg_catalog.=) ANY (${typeIds('bytea')}) THEN 'bytea'
              ELSE 'output' END AS form
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
     AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
   CROSS JOIN LATERAL (
     WITH RECURSIVE step AS (
       SELECT t.oid, t.typlen, t.typtype, t.typbasetype, a.atttypmod AS modifier, t.typtypmod
         FROM pg_catalog.pg_type t WHERE t.oid OPERATOR(pg_catalog.=) a.atttypid
        UNION ALL
       SELECT t.oid, t.typlen, t.typtype, t.typbasetype, step.typtypmod, t.typtypmod
         FROM step JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) step.typbasetype
        WHERE step.typtype OPERATOR(pg_catalog.=) 'd'
     )
     SELECT step.oid, step.typlen, step.modifier FROM step WHERE step.typtype OPERATOR(pg_catalog.<>) 'd') AS base
   WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relname OPERATOR(pg_catalog.=) $2
   ORDER BY a.attnum`;
