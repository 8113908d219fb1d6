/** Reads what a table has in a snapshot, as the stream would have said it: one insert for each row. */
import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ExportedSnapshot, SnapshotRows } from '../capture/capture-source.ts';
import type { Change, TableShape } from '../capture/change.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import { cutTextRows } from '../decode/copy-text-rows.ts';
import type { ConnectionAccess, RowBatch } from '../ports.ts';
import { cancellable } from './cancellable.ts';
import { openCaptureSession } from './capture-session.ts';
import { assertNotRewritten, readPublishedTable } from './capture-table.ts';
import { copyRows } from './copy-stream.ts';
import { quoteLiteral } from './quote.ts';
import { copySql } from './selection-sql.ts';
import type { Session } from './session.ts';

export interface TableRequest {
  readonly table: CapturedTable;
  readonly publication: string;
  readonly snapshot: ExportedSnapshot;
  readonly workers: number | undefined;
}

/** @throws AppError of the SOURCE_ and SLOT_ families */
export async function* readTable(
  access: ConnectionAccess,
  { table, publication, snapshot }: TableRequest,
  shapes: ShapeBook,
  signal: AbortSignal,
): AsyncGenerator<SnapshotRows> {
  const session = await openCaptureSession(access, signal);
  try {
    const { shape, select } = await cancellable(session, signal, async () => {
      await joinSnapshot(session, snapshot);
      const published = await readPublishedTable(session, publication, table, shapes);
      await assertNotRewritten(session, table);
      return published;
    });
    const sql = copySql(select(undefined), { kind: 'text' });
    for await (const batch of copyRows(session, sql, { kind: 'text' }, signal)) {
      yield { shape, rows: changesOf(batch, shape, snapshot.lsn) };
    }
  } catch (error) {
    throw alteredSince(error, table);
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

function changesOf({ bytes }: RowBatch, shape: TableShape, lsn: bigint): Change[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return cutTextRows(buffer, shape.file.columns.length).map((after) => ({
    kind: 'change',
    operation: 'read',
    shape,
    lsn,
    old: 'none',
    before: undefined,
    after,
  }));
}

/** @throws AppError `SOURCE_SNAPSHOT_LOST` where it is not there any more, or of the SOURCE_ family */
async function joinSnapshot(session: Session, snapshot: ExportedSnapshot): Promise<void> {
  if (snapshot.lost.aborted) throw snapshot.lost.reason;
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot.name)}`);
  } catch (error) {
    // What the server says to a snapshot that is gone has had three SQLSTATEs in five versions.
    if (!(error instanceof AppError && error.code === 'SOURCE_QUERY_FAILED')) throw error;
    throw new AppError('SOURCE_SNAPSHOT_LOST', 'The snapshot is not there any more.', { cause: error });
  }
}

/** The columns are those of the snapshot; the table has those of today. Another snapshot finds them the same. */
function alteredSince(error: unknown, { schema, name }: CapturedTable): unknown {
  const altered =
    error instanceof AppError && (error.code === 'SOURCE_NO_COLUMN' || error.code === 'SOURCE_NO_RELATION');
  if (!altered) return error;
  return new AppError(
    'SOURCE_SNAPSHOT_LOST',
    `The table "${schema}.${name}" was altered after the snapshot was taken.`,
    { cause: error },
  );
}
