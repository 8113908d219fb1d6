/** Begins to read a slot for a capture. */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureStream, SlotRef } from '../capture/capture-source.ts';
import type { ShapeBook } from '../capture/shape-book.ts';
import { TransactionAssembler } from '../capture/transaction-assembler.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import { TransactionSpool } from '../capture/transaction-spool.ts';
import { CaptureConnection } from './capture-connection.ts';
import { openReplicationSession } from './capture-session.ts';
import { PostgresCaptureStream, type CaptureReading, type ConnectRequest } from './capture-stream.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';
import { Session } from './session.ts';

export interface OpenRequest extends SlotRef {
  readonly from: bigint;
  readonly spoolFolder: string;
  readonly spoolBytes: number;
  readonly onNote?: ((message: string) => void) | undefined;
}

interface SlotRow extends Record<string, unknown> {
  readonly major: number;
  readonly here: string;
  readonly found: boolean;
  readonly type: string | null;
  readonly plugin: string | null;
  readonly database: string | null;
  readonly walStatus: string | null;
  readonly twoPhase: boolean;
  readonly published: boolean;
}

/** @throws AppError of the SLOT_ and SOURCE_ families */
export async function openCapture(
  access: ConnectionAccess,
  request: OpenRequest,
  shapes: ShapeBook,
  signal: AbortSignal,
): Promise<CaptureStream> {
  const { from, onNote = () => undefined } = request;
  const connect = async (how: ConnectRequest) => await openReading(access, request, how, shapes, signal);
  return await PostgresCaptureStream.open(connect, from, onNote);
}

async function openReading(
  access: ConnectionAccess,
  request: OpenRequest,
  how: ConnectRequest,
  shapes: ShapeBook,
  signal: AbortSignal,
): Promise<CaptureReading> {
  const session = await openReplicationSession(access, signal);
  const cancel = () => session.destroy();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const [row] = await session.command<SlotRow>(slotSql(request));
    if (row === undefined) throw new TypeError('the server said nothing about itself');
    assertReadable(row, request);
    const spool = await TransactionSpool.open(request.spoolFolder, request.spoolBytes);
    const assembler = new TransactionAssembler(how.from, shapes, spool);
    const streaming = how.streaming && row.major >= 14 && !row.twoPhase;
    const command = startCommand(request, row, streaming, how.from);
    const connection = await CaptureConnection.start(session, access, command, how.acked);
    return {
      connection,
      assembler,
      streaming,
      async [Symbol.asyncDispose]() {
        await connection[Symbol.asyncDispose]();
        await spool[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    session.destroy();
    signal.throwIfAborted();
    throw await explained(error, access, request.slot, signal);
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

/** Says who reads a slot that is in use, and whether one that is refused is lost. */
async function explained(
  failure: unknown,
  access: ConnectionAccess,
  slot: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(failure instanceof AppError && (failure.code === 'SLOT_IN_USE' || failure.code === 'SLOT_REFUSED')))
    return failure;
  // Only of help: where the server cannot be asked, what it has said is what there is to say.
  const session = await Session.open(access, signal).catch(() => undefined);
  if (session === undefined) return failure;
  await using _closed = session;
  const [now] = await session.query<{ pid: number | null; who: string; lost: boolean | null }>(NOW_SQL, [
    slot,
  ]);
  const options = { cause: failure, details: failure.details };
  if (failure.code === 'SLOT_REFUSED') {
    return now?.lost === true ? new AppError('SLOT_LOST', failure.message, options) : failure;
  }
  if (now === undefined || now.pid === null) return failure;
  const { pid, who } = now;
  const message = `The slot "${slot}" is read by ${who} (process ${pid} of the server).`;
  return new AppError('SLOT_IN_USE', message, { ...options, details: { ...failure.details, pid } });
}

const NOW_SQL = `
  SELECT s.active_pid AS pid,
         pg_catalog.concat_ws(' ', CASE WHEN a.application_name OPERATOR(pg_catalog.<>) '' THEN a.application_name END, 'as ' OPERATOR(pg_catalog.||) a.usename, 'from ' OPERATOR(pg_catalog.||) pg_catalog.host(a.client_addr)) AS who,
         s.wal_status OPERATOR(pg_catalog.=) 'lost' AS lost
    FROM pg_catalog.pg_replication_slots s LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) s.active_pid
   WHERE s.slot_name OPERATOR(pg_catalog.=) $1`;

/**
 * Two-phase is never asked for: a prepared transaction comes when it is committed. A slot that somebody has made so sends
 * them nevertheless when they are prepared, and only from where it stands itself: it is not asked to leave any out.
 */
function startCommand(
  { slot, publication }: SlotRef,
  { major, twoPhase }: SlotRow,
  streaming: boolean,
  from: bigint,
): string {
  const options = [
    `proto_version '${major >= 14 ? 2 : 1}'`,
    `publication_names '${quoteIdentifier(publication).replaceAll("'", "''")}'`,
    ...(streaming ? ["streaming 'on'"] : []),
  ];
  const start = formatLsn(twoPhase ? 0n : from);
  return `START_REPLICATION SLOT ${quoteIdentifier(slot)} LOGICAL ${start} (${options.join(', ')})`;
}

const slotSql = ({ slot, publication }: SlotRef) => `
  SELECT pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major,
         pg_catalog.current_database()::pg_catalog.text AS here,
         s.slot_name IS NOT NULL AS found,
         s.slot_type AS type,
         s.plugin::pg_catalog.text AS plugin,
         s.database::pg_catalog.text AS database,
         s.wal_status AS "walStatus",
         coalesce((pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.->>) 'two_phase')::boolean, false) AS "twoPhase",
         EXISTS (SELECT FROM pg_catalog.pg_publication WHERE pubname OPERATOR(pg_catalog.=) ${quoteLiteral(publication)}) AS published
    FROM (SELECT 1) AS one
    LEFT JOIN pg_catalog.pg_replication_slots s ON s.slot_name OPERATOR(pg_catalog.=) ${quoteLiteral(slot)}`;
