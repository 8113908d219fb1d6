/**
 * Snapshots at an exact position. A new slot exports one: what was committed before its consistent point is visible in
 * it, and what comes after is in the stream. It lives as long as its session does nothing else.
 * https://www.postgresql.org/docs/current/protocol-replication.html#PROTOCOL-REPLICATION-CREATE-REPLICATION-SLOT
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { ExportedSnapshot, SlotCommands } from '../capture/capture-source.ts';
import { parseLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import { cancellable } from './cancellable.ts';
import { openReplicationSession } from './capture-session.ts';
import { quoteIdentifier } from './quote.ts';
import type { Session } from './session.ts';
import { toSlotError } from './slot-errors.ts';

/** What the names of slots begin with that go with their connection. */
const SNAPSHOT_SLOT = 'sluice_snapshot_';

interface CreatedSlot extends Record<string, unknown> {
  readonly consistent_point: string;
  readonly snapshot_name: string;
}

interface Server extends Record<string, unknown> {
  readonly major: number;
  readonly standby: boolean;
}

/** Makes a slot that stays. @throws AppError of the SLOT_ and SOURCE_ families */
export async function createExportingSlot(
  access: ConnectionAccess,
  slot: string,
  signal: AbortSignal,
): Promise<ExportedSnapshot> {
  return await exportWith(access, signal, (server) => lastingCommand(slot, server));
}

/** The command of {@link createExportingSlot}, and that of {@link exportBySlot}, which are not sent. */
export async function slotCommands(
  access: ConnectionAccess,
  slot: string,
  signal: AbortSignal,
): Promise<Omit<SlotCommands, 'drop'>> {
  await using session = await openReplicationSession(access, signal);
  const server = await serverOf(session);
  return {
    create: lastingCommand(slot, server),
    snapshot: createCommand(SNAPSHOT_SLOT, true, server.major, false),
  };
}

/** A standby's slots cannot follow it to yet another server. */
function lastingCommand(slot: string, { major, standby }: Server): string {
  return createCommand(slot, false, major, major >= 17 && !standby);
}

/** Makes a slot that goes with its connection. @throws AppError of the SLOT_ and SOURCE_ families */
export async function exportBySlot(access: ConnectionAccess, signal: AbortSignal): Promise<ExportedSnapshot> {
  const slot = `${SNAPSHOT_SLOT}${randomBytes(8).toString('hex')}`;
  return await exportWith(access, signal, ({ major }) => createCommand(slot, true, major, false));
}

function createCommand(slot: string, temporary: boolean, major: number, failover: boolean): string {
  const kind = `${quoteIdentifier(slot)}${temporary ? ' TEMPORARY' : ''} LOGICAL pgoutput`;
  const options = failover ? "SNAPSHOT 'export', FAILOVER" : "SNAPSHOT 'export'";
  return `CREATE_REPLICATION_SLOT ${kind} ${major >= 15 ? `(${options})` : 'EXPORT_SNAPSHOT'}`;
}

async function serverOf(session: Session): Promise<Server> {
  const [server] = await session.command<Server>(SERVER_SQL);
  if (server === undefined) throw new TypeError('the server said nothing about itself');
  return server;
}

async function exportWith(
  access: ConnectionAccess,
  signal: AbortSignal,
  command: (server: Server) => string,
): Promise<ExportedSnapshot> {
  const session = await openReplicationSession(access, signal);
  try {
    const server = await serverOf(session);
    // A role can have a limit, and making a slot waits for the transactions of others.
    await session.command('SET statement_timeout = 0');
    const [created] = await cancellable(session, signal, () => session.command<CreatedSlot>(command(server)));
    if (created === undefined) throw new TypeError('the server said nothing about the slot');
    return held(session, created);
  } catch (error) {
    session.destroy();
    signal.throwIfAborted();
    throw slotError(error);
  }
}

/** The session does not do anything again: its next statement would end the snapshot. */
function held(session: Session, { snapshot_name, consistent_point }: CreatedSlot): ExportedSnapshot {
  const lost = new AbortController();
  const leave = () =>
    lost.abort(
      new AppError('SOURCE_SNAPSHOT_LOST', 'The connection that held the snapshot is gone.', {
        cause: session.lost,
      }),
    );
  session.wire.socket().once('close', leave);
  if (!session.alive) leave();
  return {
    name: snapshot_name,
    lsn: parseLsn(consistent_point),
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      session.wire.socket().removeListener('close', leave);
      await session.leave();
    },
  };
}

/** The server waits for the transactions that are open, and it is the lock timeout of the session that ends that. */
function slotError(error: unknown): unknown {
  if (error instanceof AppError && error.details['sqlstate'] === '42710') {
    return new AppError('SLOT_EXISTS', error.message, { cause: error, details: error.details });
  }
  return toSlotError(error);
}

const SERVER_SQL = `
  SELECT pg_catalog.current_setting('server_version_num')::int OPERATOR(pg_catalog./) 10000 AS major, pg_catalog.pg_is_in_recovery() AS standby`;
