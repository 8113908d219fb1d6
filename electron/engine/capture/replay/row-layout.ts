/** How the rows of a table are told apart, and what becomes of them when its columns change. */
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';

/** What is stored in the place of a value that is not known: values are strings and null. */
export const UNKNOWN = 0;
export type Cell = string | null | typeof UNKNOWN;

export type RowIdentity =
  /** By the values of these columns, by number. */
  | { readonly kind: 'keyed'; readonly columns: readonly number[] }
  /** By all their values: there can be several that are the same. */
  | { readonly kind: 'bag' };

export function identityOf({ replicaIdentity, columns }: CaptureSchemaFile): RowIdentity {
  const keys = columns.flatMap(({ key }, i) => (key ? [i] : []));
  const keyed = (replicaIdentity === 'default' || replicaIdentity === 'index') && keys.length > 0;
  return keyed ? { kind: 'keyed', columns: keys } : { kind: 'bag' };
}

/** True where rows of one can stand as rows of the other. */
export function isSameLayout(a: CaptureSchemaFile, b: CaptureSchemaFile): boolean {
  return (
    a.replicaIdentity === b.replicaIdentity &&
    a.columns.length === b.columns.length &&
    a.columns.every((column, i) => {
      const other = b.columns[i];
      return (
        other !== undefined &&
        column.name === other.name &&
        column.key === other.key &&
        isSameType(column, other)
      );
    })
  );
}

type Column = CaptureSchemaFile['columns'][number];

function isSameType(a: Column, b: Column): boolean {
  return a.typeId === b.typeId && a.typeModifier === b.typeModifier;
}

/**
 * A row in the columns that the table has now. What was added, or got another type, is not known: Postgres rewrites a
 * table without telling. Columns of the key keep their text, because most changes of their type do not change it, and
 * a row without its key would not be found again.
 */
export function movedRow(
  cells: readonly Cell[],
  before: CaptureSchemaFile,
  after: CaptureSchemaFile,
): readonly Cell[] {
  return after.columns.map((column) => {
    const at = before.columns.findIndex(({ name }) => name === column.name);
    const old = before.columns[at];
    if (old === undefined) return UNKNOWN;
    const keyed = column.key && after.replicaIdentity !== 'full';
    return keyed || isSameType(old, column) ? (cells[at] ?? null) : UNKNOWN;
  });
}
