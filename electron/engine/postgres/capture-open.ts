/** Begins to read a slot for a capture. */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureStream, SlotRef } from '../capture/capture-source.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import { TransactionAssembler } from '../capture/transaction-assembler.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import { PostgresCaptureStream } from './capture-stream.ts';
import { openReplicationSession } from './capture-session.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { Session } from './session.ts';

export interface OpenRequest extends SlotRef {
  readonly from: bigint;
}

interface SlotRow extends Record<string, unknown> {
  readonly major: number;
  readonly here: string;
  readonly found: boolean;
  readonly type: string | null;
  readonly plugin: string | null;
  readonly database: string | null;
  readonly walStatus: string | null;
  readonly published: boolean;
}

/** @throws AppError of the SLOT_ and SOURCE_ families */
export async function openCapture(
  access: ConnectionAccess,
  request: OpenRequest,
  shapes: ShapeBook,
  signal: AbortSignal,
): Promise<CaptureStream> {
  const session = await openReplicationSession(access, signal);
  const cancel = () => session.destroy();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [row] = await session.command<SlotRow>(slotSql(request));
    if (row === undefined) throw new TypeError('the server said nothing about itself');
    assertReadable(row, request);
    const assembler = new TransactionAssembler(request.from, shapes);
    return await PostgresCaptureStream.start(
      session,
      startCommand(request, row.major),
      assembler,
      request.from,
    );
  } catch (error) {
    session.destroy();
    signal.throwIfAborted();
    throw await withReader(error, access, request.slot, signal);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** What the server would say later and less clearly. */
function assertReadable(row: SlotRow, { slot, publication }: SlotRef): void {
  if (!row.found) throw new AppError('SLOT_NOT_FOUND', `There is no replication slot "${slot}".`);
  if (row.type !== 'logical') throw new AppError('SLOT_NOT_LOGICAL', `The slot "${slot}" is a physical one.`);
  if (row.plugin !== 'pgoutput') {
    const what = `The slot "${slot}" has the plugin ${row.plugin}, and a capture reads pgoutput.`;
    throw new AppError('SLOT_REFUSED', what);
  }
  if (row.database !== row.here) {
    const what = `The slot "${slot}" belongs to the database ${row.database}, and this is ${row.here}.`;
    throw new AppError('SLOT_REFUSED', what);
  }
  if (row.walStatus === 'lost') {
    throw new AppError('SLOT_LOST', `The server has removed WAL that the slot "${slot}" still needed.`);
  }
  if (!row.published) {
    throw new AppError('SLOT_NO_PUBLICATION', `There is no publication "${publication}".`);
  }
}

/** Says who reads a slot that is in use. */
async function withReader(
  error: unknown,
  access: ConnectionAccess,
  slot: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof AppError && error.code === 'SLOT_IN_USE')) return error;
  await using session = await Session.open(access, signal);
  const [reader] = await session.query<{ pid: number; who: string }>(
    `SELECT s.active_pid AS pid,
            concat_ws(' ', nullif(a.application_name, ''), 'as ' || a.usename, 'from ' || host(a.client_addr)) AS who
       FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
      WHERE s.slot_name = $1 AND s.active_pid IS NOT NULL`,
    [slot],
  );
  if (reader === undefined) return error;
  const { pid, who } = reader;
  return new AppError('SLOT_IN_USE', `The slot "${slot}" is read by ${who} (process ${pid} of the server).`, {
    cause: error,
    details: { ...error.details, pid },
  });
}

/** Two-phase is never asked for: a prepared transaction comes when it is committed. */
function startCommand({ slot, publication, from }: OpenRequest, major: number): string {
  const options = [
    `proto_version '${major >= 14 ? 2 : 1}'`,
    `publication_names '${quoteIdentifier(publication).replaceAll("'", "''")}'`,
  ];
  return `START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL ${formatLsn(from)} (${options.join(', ')})`;
}

const slotSql = ({ slot, publication }: SlotRef) => `
  SELECT current_setting('server_version_num')::int / 10000 AS major,
         current_database()::text AS here,
         s.slot_name IS NOT NULL AS found,
         s.slot_type AS type,
         s.plugin::text AS plugin,
         s.database::text AS database,
         s.wal_status AS "walStatus",
         EXISTS (SELECT FROM pg_publication WHERE pubname = ${quoteLiteral(publication)}) AS published
    FROM (SELECT 1) AS one
    LEFT JOIN pg_replication_slots s ON s.slot_name = ${quoteLiteral(slot)}`;
