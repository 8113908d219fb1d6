/** What the comments of a script say, as far as it is the same for several warehouses. */
import type { LoadableRun } from './loadable-run.ts';
import type { PostgresType } from './postgres-type.ts';
import { listInComment, namedInComment } from './quoting.ts';

/** The first line of a script. */
export function titleOf(warehouse: string, { runId, table, rows, objects }: LoadableRun): string {
  const what = `${rows} rows of ${namedInComment(table)} from ${objects.length === 1 ? 'one object' : `${objects.length} objects`}`;
  return `${warehouse}: ${what} of run ${runId}.`;
}

/** A sentence for each kind of type that the columns have: `"a", "b": …`. */
export function typeNotes(
  { columns }: LoadableRun,
  says: Readonly<Partial<Record<PostgresType['kind'], string>>>,
): string[] {
  return Object.entries(says).flatMap(([kind, sentence]) => {
    const names = columns.filter(({ type }) => type.kind === kind).map(({ name }) => name);
    return names.length === 0 ? [] : [`${listInComment(names)}: ${sentence}`];
  });
}

/** Names that the table has, where they are not those of Postgres. */
export function renameNotes({ columns }: LoadableRun, names: readonly string[]): string[] {
  const renamed = columns.flatMap(({ name }, index) =>
    name === names[index] ? [] : [`${namedInComment(name)} is ${names[index] ?? ''}`],
  );
  if (renamed.length === 0) return [];
  const more = renamed.length > 6 ? `, and ${renamed.length - 6} more are renamed` : '';
  return [`Columns have other names than in Postgres: ${renamed.slice(0, 6).join(', ')}${more}.`];
}

/** What makes a file of delimited text hard for readers that take it line by line. */
export function lineNotes({ columns, format, rows }: LoadableRun): string[] {
  if (format.kind !== 'csv') return [];
  const brokenHeader = format.header && columns.some(({ name }) => /[\r\n]/.test(name));
  const emptyLines = format.dialect === 'postgres' && format.nullToken === '' && columns.length === 1;
  return [
    ...(brokenHeader
      ? ['The name of a column has a line end, so the header takes more than one line: extract without it.']
      : []),
    ...(emptyLines
      ? [`NULL in the only column is an empty line, which a reader may leave out: count ${rows} rows.`]
      : []),
  ];
}

export const PYTHON_NULLS =
  'The python dialect writes NULL and the empty string alike, as nothing: both arrive as NULL.';
