/**
 * The folders of a job that is partitioned by a column, as a column of their own. Its values are in the keys alone, unless the
 * column is extracted as well. Pure.
 */
import type { ExtractSpec } from '../extract-spec.ts';
import type { Manifest } from '../manifest.ts';
import { HIVE_NULL } from '../partition.ts';
import { listInComment, namedInComment } from './quoting.ts';
import { parsePostgresType } from './postgres-type.ts';

export interface PartitionColumn {
  readonly name: string;
  /** What every folder's value is; text wherever one of them is something else, such as a date BC. */
  readonly type: 'date' | 'bigint' | 'text';
  /** A column of the rows has the name, whatever its case: no engine takes it twice. */
  readonly inRows: boolean;
  /** Other folders of the keys look like columns too, or this one is escaped: readers of folders would see other columns. */
  readonly ambiguous: boolean;
  readonly folders: readonly PartitionFolder[];
}

export interface PartitionFolder {
  /** `dt=2020-06-01`, as in the keys. */
  readonly folder: string;
  /** Without escapes; null for NULL, and for the empty text. */
  readonly value: string | null;
  /** Up to the folder, with its slash: `shop/orders/…/dt=2020-06-01/`. */
  readonly place: string;
}

/** Undefined where there are none, or where one value has not exactly one folder: the key template decides. */
export function partitionColumn({ spec, ranges, columns }: Manifest): PartitionColumn | undefined {
  const { partitionBy } = spec;
  if (partitionBy === undefined) return undefined;
  const places = new Map<string, string>();
  for (const { partition, objects } of ranges ?? []) {
    for (const key of objects) {
      const place = placeOf(key, partition);
      // NULL and the empty text have one folder.
      if (partition === undefined || place === undefined || (places.get(partition) ?? place) !== place)
        return undefined;
      places.set(partition, place);
    }
  }
  if (places.size === 0) return undefined;
  const name = partitionBy.as ?? partitionBy.column;
  const folders = [...places].map(([folder, place]) => ({ folder, place, value: valueOf(folder) }));
  return {
    name,
    type: typeOf(partitionBy, columns, folders),
    inRows: columns.some((column) => column.name.toLowerCase() === name.toLowerCase()),
    ambiguous: folders.some(
      ({ folder, place }) =>
        !folder.startsWith(`${name}=`) || place.slice(0, -folder.length - 1).includes('='),
    ),
    folders,
  };
}

function placeOf(key: string, folder: string | undefined): string | undefined {
  const at = `/${key}`.indexOf(`/${folder ?? ''}/`);
  return folder === undefined || at === -1 ? undefined : key.slice(0, at + folder.length + 1);
}

function valueOf(folder: string): string | null {
  const value = folder.slice(folder.indexOf('=') + 1);
  if (value === HIVE_NULL) return null;
  return value.replaceAll(/%([0-9A-F]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function typeOf(
  { column, by }: NonNullable<ExtractSpec['partitionBy']>,
  columns: Manifest['columns'],
  folders: readonly PartitionFolder[],
): PartitionColumn['type'] {
  const { kind } = parsePostgresType(columns.find(({ name }) => name === column)?.type ?? 'text');
  const isEvery = (pattern: RegExp) => folders.every(({ value }) => value === null || pattern.test(value));
  if (by === 'day' || (by === 'value' && kind === 'date'))
    return isEvery(/^\d{4}-\d\d-\d\d$/) ? 'date' : 'text';
  const isInteger = by === 'value' && ['smallint', 'integer', 'bigint'].includes(kind);
  return isInteger && isEvery(/^-?\d+$/) ? 'bigint' : 'text';
}

/** What is said where a script makes no column of the folders. */
export function foldersLeftOut({ name, inRows }: PartitionColumn): string {
  return inRows
    ? `The folders ${namedInComment(`${name}=…`)} are no column here: the rows have one of that name.`
    : `The folders ${namedInComment(`${name}=…`)} are no column here: where their values are needed, extract the column as well.`;
}

/** Values that stand escaped in the names of folders, for a reader that does not turn them back. */
export function escapedFolders({ folders }: PartitionColumn): string[] {
  const escaped = folders.filter(({ folder }) => folder.includes('%')).map(({ folder }) => folder);
  return escaped.length === 0
    ? []
    : [`Values keep the escapes of the folders, such as %2F for a slash: ${listInComment(escaped)}.`];
}
