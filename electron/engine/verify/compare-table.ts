/** Compares the rows that the files of a capture come to with those of the table in a snapshot. */
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { TableVerification } from '../../contract/capture-verification.ts';
import type { CaptureSource, ExportedSnapshot } from '../capture/capture-source.ts';
import type { TableShape } from '../capture/change.ts';
import type { LoggedRow } from '../capture/replay/logged-change.ts';
import type { TableRows } from '../capture/replay/table-rows.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import type { ConnectionAccess } from '../ports.ts';

export interface ComparedTable {
  readonly source: CaptureSource;
  readonly access: ConnectionAccess;
  readonly snapshot: ExportedSnapshot;
  readonly table: CapturedTable;
  readonly publication: string;
}

/** Takes the rows away that it finds. @throws AppError of the SOURCE_ family */
export async function compareTable(
  rows: TableRows,
  { source, access, snapshot, table, publication }: ComparedTable,
  signal: AbortSignal,
): Promise<NonNullable<TableVerification['compared']>> {
  const counts = { rows: 0, same: 0, missing: 0, different: 0 };
  const request = { table, publication, snapshot, workers: 1 };
  for await (const { shape, rows: batch } of source.readTable(access, request, signal)) {
    rows.useShape(shape.file);
    for (const { after } of batch) {
      if (after === undefined) continue;
      counts.rows++;
      counts[rows.compare(rowOf(shape, after))]++;
    }
  }
  const { missing, different } = counts;
  return { rows: counts.rows, missing, different, extra: rows.count(), unknownValues: rows.unknownValues };
}

function rowOf({ file }: TableShape, tuple: Tuple): LoggedRow {
  return new Map(file.columns.map(({ name }, field) => [name, tuple.text(field)]));
}
