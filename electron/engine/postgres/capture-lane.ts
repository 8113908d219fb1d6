/**
 * One of the connections that read a table side by side, each in the same snapshot. A range whose connection is lost is
 * read again, and the rows that were given already are passed over: in one snapshot, a scan of the same blocks gives the
 * same rows in the same order, as long as nobody has rewritten the table, which is looked at anew with each connection.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ExportedSnapshot } from '../capture/capture-source.ts';
import type { ReadingPiece } from '../capture/reading-course.ts';
import { cutTextRows } from '../decode/copy-text-rows.ts';
import type { Tuple } from '../decode/pgoutput/tuple.ts';
import { mayPass } from '../extract/retry.ts';
import type { ConnectionAccess } from '../ports.ts';
import { cancellable } from './cancellable.ts';
import { openCaptureSession } from './capture-session.ts';
import { assertNotRewritten, type PublishedTable } from './capture-table.ts';
import { copyRows } from './copy-stream.ts';
import { quoteLiteral } from './quote.ts';
import { pieceCondition } from './reading-facts.ts';
import { copySql } from './selection-sql.ts';
import type { Session } from './session.ts';
import { backendOf, SilenceWatch } from './silence-watch.ts';

/** Times that a range is tried, and milliseconds before the second; each further one waits twice as long. */
const ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;

/** Milliseconds without a byte after which the server is asked whether it still sends. */
const SILENCE_MS = 30_000;

/** The order of the rows has to be that of their blocks, each time. */
const SCAN_SETTINGS = [
  'max_parallel_workers_per_gather = 0',
  'enable_indexscan = off',
  'enable_indexonlyscan = off',
  'enable_bitmapscan = off',
];

/** What all lanes of a table share. */
export interface LaneContext {
  readonly access: ConnectionAccess;
  readonly table: CapturedTable;
  readonly snapshot: ExportedSnapshot;
  readonly published: PublishedTable;
  /** Those that nobody has begun. */
  readonly pieces: ReadingPiece[];
  readonly signal: AbortSignal;
}

/** Rows of a piece, and the piece itself when there are no more. */
export interface LaneRows {
  readonly rows: readonly Tuple[];
  readonly finished?: ReadingPiece;
}

/** A session in the snapshot. @throws AppError `SOURCE_SNAPSHOT_LOST`, or of the SOURCE_ family */
export async function joinSnapshot(
  access: ConnectionAccess,
  snapshot: ExportedSnapshot,
  signal: AbortSignal,
): Promise<Session> {
  if (snapshot.lost.aborted) throw snapshot.lost.reason;
  const session = await openCaptureSession(access, signal, SCAN_SETTINGS);
  try {
    await session.begin('snapshot');
    await session.query(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshot.name)}`);
    return session;
  } catch (error) {
    session.destroy();
    signal.throwIfAborted();
    // What the server says to a snapshot that is gone has had three SQLSTATEs in five versions.
    if (!(error instanceof AppError && error.code === 'SOURCE_QUERY_FAILED')) throw error;
    throw new AppError('SOURCE_SNAPSHOT_LOST', 'The snapshot is not there any more.', { cause: error });
  }
}

/**
 * Reads pieces until none is left.
 * @param first a session that is in the snapshot and has looked at the table
 */
export async function* readLane(context: LaneContext, first: Session | undefined): AsyncGenerator<LaneRows> {
  const { pieces, signal } = context;
  let session = first;
  try {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      let given = 0;
      for (let attempt = 1; ; attempt++) {
        try {
          session ??= await openLane(context);
          let passed = 0;
          for await (const rows of readPiece(context, session, piece)) {
            const fresh = rows.slice(Math.max(0, given - passed));
            passed += rows.length;
            given = Math.max(given, passed);
            if (fresh.length > 0) yield { rows: fresh };
          }
          break;
        } catch (error) {
          session?.destroy();
          session = undefined;
          signal.throwIfAborted();
          if (attempt === ATTEMPTS || !isWorthAnother(error)) throw error;
          await sleep(FIRST_DELAY_MS * 2 ** attempt, undefined, { signal });
        }
      }
      yield { rows: [], finished: piece };
    }
  } finally {
    await session?.[Symbol.asyncDispose]();
  }
}

async function openLane({ access, snapshot, signal, table }: LaneContext): Promise<Session> {
  const session = await joinSnapshot(access, snapshot, signal);
  try {
    await cancellable(session, signal, () => assertNotRewritten(session, table));
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function* readPiece(
  { access, published, signal }: LaneContext,
  session: Session,
  piece: ReadingPiece,
): AsyncGenerator<Tuple[]> {
  const form = { kind: 'text' } as const;
  const backend = await backendOf(session);
  const sql = copySql(published.select(pieceCondition(piece)), form);
  const batches = copyRows(session, sql, form, signal, (stream) =>
    backend === undefined
      ? { [Symbol.dispose]: () => undefined }
      : new SilenceWatch(stream, backend, access, access.silenceMs ?? SILENCE_MS),
  );
  const columns = published.shape.file.columns.length;
  for await (const { bytes } of batches) {
    yield cutTextRows(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), columns);
  }
}

/** Another connection would find the snapshot, and the table as it was. */
function isWorthAnother(error: unknown): boolean {
  return mayPass(error) && error.code !== 'SOURCE_SNAPSHOT_LOST';
}
