import type { Selection } from '../../contract/selection.ts';
import type { RelationRef } from '../../contract/relation.ts';
import type { CopyForm } from '../ports.ts';
import { quoteIdentifier, quoteLiteral, quoteRelation } from './quote.ts';

/**
 * The SELECT for a selection, with one more condition where rows are read by ranges. Text of the user's ends with a line
 * break, so that a comment at its end cannot swallow what follows it.
 */
export function selectSql(
  selection: Selection,
  relation: RelationRef | undefined,
  condition?: string,
): string {
  if ('query' in selection) return selection.query.replace(/[;\s]+$/, '');
  if (relation === undefined) throw new TypeError('a selection of a table needs the relation that was found');
  const columns = selection.columns?.map(quoteIdentifier).join(', ') ?? '*';
  const conditions = [
    ...(selection.where === undefined ? [] : [`(${selection.where}\n)`]),
    ...(condition === undefined ? [] : [condition]),
  ];
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns} FROM ${quoteRelation(relation)}${where}`;
}

/** A statement that runs a SELECT of the user's as a part of it, and reads no row: for its columns and its errors. */
export function describeSql(select: string): string {
  return `SELECT * FROM (\n${select}\n) AS sluice LIMIT 0`;
}

/** The COPY that sends the rows of a SELECT in the form that the encoder wants. */
export function copySql(select: string, form: CopyForm): string {
  switch (form.kind) {
    case 'csv':
      return (
        `COPY (\n${select}\n) TO STDOUT (FORMAT csv, ENCODING 'UTF8', ` +
        `DELIMITER ${quoteLiteral(form.delimiter)}, NULL ${quoteLiteral(form.nullToken)})`
      );
    case 'text':
      return `COPY (\n${select}\n) TO STDOUT (FORMAT text, ENCODING 'UTF8')`;
    case 'json':
      // `sluice.*` and not `sluice`: a column with that name would be taken for the row.
      return `COPY (SELECT row_to_json(sluice.*) FROM (\n${select}\n) AS sluice) TO STDOUT (FORMAT text, ENCODING 'UTF8')`;
    case 'binary':
      return `COPY (\n${castSql(select, form.casts)}\n) TO STDOUT (FORMAT binary)`;
  }
}

/** The columns get names of ours, because those of a query can be equal, and then neither could be named. */
function castSql(select: string, casts: readonly (string | null)[]): string {
  const names = casts.map((_, index) => `c${index}`);
  const columns = casts.map((cast, index) => (cast === null ? `c${index}` : `c${index}::${cast}`));
  return `SELECT ${columns.join(', ')} FROM (\n${select}\n) AS sluice(${names.join(', ')})`;
}
