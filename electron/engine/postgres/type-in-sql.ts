/** How a type is named in a statement: with its schema, because another type of its name may stand before it on the path. */
import { quoteIdentifier } from './quote.ts';

/**
 * Types whose names are key words of SQL, which mean the type of Postgres whatever the path is.
 * https://www.postgresql.org/docs/current/datatype.html#DATATYPE-TABLE
 */
const KEY_WORDS =
  /^(bit|boolean|character|double precision|integer|bigint|smallint|numeric|real|time|timestamp|interval)\b/;

/** One of Postgres's own types, as `format_type` writes it: `pg_catalog.uuid`, `numeric(10,2)`. */
export function catalogType(shown: string): string {
  return KEY_WORDS.test(shown) ? shown : `pg_catalog.${shown.replace(/^pg_catalog\./, '')}`;
}

/** A type as the catalogue has it. */
export interface StoredType {
  readonly schema: string;
  readonly name: string;
  /** As `format_type` writes it, with length or precision, and without. */
  readonly shown: string;
  readonly bare: string;
}

/** Any type. */
export function typeInSql({ schema, name, shown, bare }: StoredType): string {
  if (schema === 'pg_catalog') return catalogType(shown);
  // An array has a name of its own, and no length or precision that could be read off behind it.
  const modifier = shown.endsWith('[]') ? '' : shown.slice(bare.length);
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}${modifier}`;
}

/** A type as people read it: without the schema that the server writes where another type of the name stands before it. */
export function typeForPeople(shown: string): string {
  return shown.replace(/^pg_catalog\./, '');
}
