/** Rows of Parquet as changes. What their columns are is in encode/parquet-shape.ts. */
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';
import type { ParquetColumn } from '../../encode/parquet/parquet-column.ts';
import type { PhysicalValue, RowGroupRows } from '../../encode/parquet/read-row-groups.ts';
import { tableColumns } from '../encode/parquet-shape.ts';
import type { LoggedChange, LoggedRow } from './logged-change.ts';
import { OPERATIONS } from './parse-line.ts';
import { textOfParquet } from './parquet-value.ts';
import { parsePlainJson, type PlainObject } from './plain-json.ts';

const TEXT = { kind: 'text', scale: 0 } as const;

interface ReadColumn {
  /** As the table has it. */
  readonly name: string;
  /** In the file. */
  readonly column: ParquetColumn;
  readonly at: number;
}

/**
 * @param names of the columns of the file
 * @returns a function that throws SyntaxError for what is no change; its message has no value
 */
export function parquetRowParser(
  file: CaptureSchemaFile,
  names: RowGroupRows['names'],
): (row: readonly PhysicalValue[]) => LoggedChange {
  const columns = tableColumns({ file }).map((column, i): ReadColumn => {
    const at = names.indexOf(column.name);
    if (at < 0) throw new SyntaxError('no change');
    return { name: file.columns[i]?.name ?? '', column, at };
  });
  // What is left of a deleted row is what names it; the other columns are NULL, and mean nothing.
  const naming =
    file.replicaIdentity === 'full' ? columns : columns.filter((_, i) => file.columns[i]?.key === true);
  const place = (name: string) => names.indexOf(name);
  const [op, commit, key, unchanged, before, unheld] = [
    place('_op'),
    place('_commit_lsn'),
    place('_key'),
    place('_unchanged'),
    place('_before'),
    place('_unheld'),
  ];
  return (row) => {
    const operation = OPERATIONS[textOfParquet(TEXT, row[op]) ?? ''];
    const commitLsn = row[commit];
    if (operation === undefined || typeof commitLsn !== 'bigint') throw new SyntaxError('no change');
    const missing = namesOf(row[unchanged]);
    const apart = objectOf(row[unheld]);
    const rowOf = (some: readonly ReadColumn[]): LoggedRow =>
      new Map(some.map((column) => [column.name, valueOf(row, column, apart)]));
    const isRow = operation === 'read' || operation === 'insert' || operation === 'update';
    return {
      operation,
      commitLsn,
      before:
        operation === 'delete' ? rowOf(naming) : (objectOf(row[before]) ?? objectOf(row[key]) ?? undefined),
      after: isRow ? rowOf(columns.filter(({ name }) => !missing.includes(name))) : undefined,
      unchanged: missing,
    };
  };
}

function valueOf(
  row: readonly PhysicalValue[],
  { column, at }: ReadColumn,
  apart: LoggedRow | undefined,
): string | null {
  return textOfParquet(column, row[at]) ?? apart?.get(column.name) ?? null;
}

function objectOf(value: PhysicalValue): LoggedRow | undefined {
  const text = textOfParquet(TEXT, value);
  if (text === null) return undefined;
  const parsed = parsePlainJson(text);
  if (!(parsed instanceof Map)) throw new SyntaxError('no change');
  return parsed as PlainObject as LoggedRow;
}

function namesOf(value: PhysicalValue): readonly string[] {
  const text = textOfParquet(TEXT, value);
  if (text === null) return [];
  const parsed = parsePlainJson(text);
  if (!Array.isArray(parsed)) throw new SyntaxError('no change');
  return parsed.filter((name) => typeof name === 'string');
}
