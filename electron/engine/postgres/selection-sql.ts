import type { Selection } from '../../contract/selection.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { CopyForm, JsonColumn } from '../copy-form.ts';
import { oddBounds } from './odd-bounds.ts';
import { quoteIdentifier, quoteLiteral, quoteRelation } from './quote.ts';
import { catalogType } from './type-in-sql.ts';
import { oneCondition, oneQuery } from './user-sql.ts';
import { writtenText } from './written-text.ts';

/** The relation that a selection names, and the list of its SELECT. */
export interface FoundTable {
  readonly relation: RelationRef;
  readonly columns: string;
}

/**
 * The SELECT for a selection, with one more condition where rows are read by ranges. Text of the user's ends with a line
 * break, so that a comment at its end cannot swallow what follows it.
 */
export function selectSql(selection: Selection, table: FoundTable | undefined, condition?: string): string {
  if ('query' in selection) {
    const query = oneQuery(selection.query);
    return condition === undefined ? query : `SELECT * FROM (\n${query}\n) AS sluice WHERE ${condition}`;
  }
  if (table === undefined) throw new TypeError('a selection of a table needs the relation that was found');
  const conditions = [
    ...(selection.where === undefined ? [] : [`(${oneCondition(selection.where)}\n)`]),
    ...(condition === undefined ? [] : [condition]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${table.columns} FROM ${quoteRelation(table.relation)}${where}`;
}

/** A statement that runs a SELECT of the user's as a part of it, and reads no row: for its columns and its errors. */
export function describeSql(select: string): string {
  return `SELECT * FROM (\n${select}\n) AS sluice LIMIT 0`;
}

/**
 * The COPY that sends the rows of a SELECT in the form that the encoder wants.
 * @param table where they are all rows of a table: that table and its columns
 */
export function copySql(select: string, form: CopyForm, table = `(\n${select}\n)`): string {
  switch (form.kind) {
    case 'csv':
      return `COPY ${table} TO STDOUT (${csvOptions(form).join(', ')})`;
    case 'text':
      return `COPY ${table} TO STDOUT (${textOptions(form).join(', ')})`;
    case 'json':
      // `sluice.*` and not `sluice`: a column with that name would be taken for the row.
      return `COPY (SELECT pg_catalog.row_to_json(sluice.*) FROM (\n${jsonSource(select, form.columns)}\n) AS sluice) TO STDOUT (FORMAT text, ENCODING 'UTF8')`;
    case 'binary':
      return form.casts.every((cast) => cast === null)
        ? `COPY ${table} TO STDOUT (FORMAT binary)`
        : `COPY (\n${castSql(select, form.casts)}\n) TO STDOUT (FORMAT binary)`;
  }
}

/** https://www.postgresql.org/docs/current/sql-copy.html */
function csvOptions(form: Extract<CopyForm, { kind: 'csv' }>): string[] {
  const { delimiter, nullToken, quote, escape, forceQuote, encoding = 'UTF8' } = form;
  const forced = forceQuote === 'all' ? '*' : `(${forceQuote?.map(quoteIdentifier).join(', ') ?? ''})`;
  return [
    'FORMAT csv',
    `ENCODING ${quoteLiteral(encoding)}`,
    `DELIMITER ${quoteLiteral(delimiter)}`,
    `NULL ${quoteLiteral(nullToken)}`,
    ...(quote === undefined ? [] : [`QUOTE ${quoteLiteral(quote)}`]),
    ...(escape === undefined ? [] : [`ESCAPE ${quoteLiteral(escape)}`]),
    ...(forceQuote === undefined ? [] : [`FORCE_QUOTE ${forced}`]),
  ];
}

function textOptions(form: Extract<CopyForm, { kind: 'text' }>): string[] {
  const { delimiter, nullToken, encoding = 'UTF8' } = form;
  return [
    'FORMAT text',
    `ENCODING ${quoteLiteral(encoding)}`,
    ...(delimiter === undefined ? [] : [`DELIMITER ${quoteLiteral(delimiter)}`]),
    ...(nullToken === undefined ? [] : [`NULL ${quoteLiteral(nullToken)}`]),
  ];
}

/** The SELECT whose rows become objects. */
function jsonSource(select: string, columns: readonly JsonColumn[] | undefined): string {
  if (columns === undefined) return select;
  const values = columns.map(
    ({ name, form }, index) => `${jsonValue(`c${index}`, form)} AS ${quoteIdentifier(name)}`,
  );
  const names = columns.map((_, index) => `c${index}`);
  return `SELECT ${values.join(', ')} FROM (\n${select}\n) AS source(${names.join(', ')})`;
}

function jsonValue(column: string, form: JsonColumn['form']): string {
  const text = `pg_catalog.to_json(${writtenText(column)})`;
  switch (form) {
    case 'value':
      return column;
    case 'text':
      return text;
    case 'array':
      return `CASE WHEN ${oddBounds(column)} THEN ${text} ELSE pg_catalog.to_json(${column}) END`;
  }
}

/** The columns get names of ours, because those of a query can be equal, and then neither could be named. */
function castSql(select: string, casts: readonly (string | null)[]): string {
  const names = casts.map((_, index) => `c${index}`);
  const columns = casts.map((cast, index) =>
    cast === null ? `c${index}` : `c${index}::${catalogType(cast)}`,
  );
  return `SELECT ${columns.join(', ')} FROM (\n${select}\n) AS sluice(${names.join(', ')})`;
}
