/**
 * The parts of the driver that its types do not show and that the core needs: the socket, and the key that a cancel
 * request names. Kept in one place, and held by a test, because a new version of the driver may move them.
 */
import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import { MessageGuard, protocolError } from './message-guard.ts';

export interface DriverWire {
  /** The socket, after TLS where there is TLS. */
  socket(): Socket;
  backendKey(): { readonly processId: number; readonly secretKey: number };
  /**
   * Looks at all that the server sends before the driver does. Must be called before the client connects.
   * @param fail hears once why the connection cannot go on; nothing reaches the driver after that
   */
  guard(fail: (error: AppError) => void): void;
  /** Hears of every setting that the server reports, those of its greeting first. */
  onParameter(listener: (name: string, value: string) => void): void;
  /** Hears of every CopyData message; its bytes are the driver's, and valid only until the listener returns. */
  onCopyData(listener: (bytes: Buffer) => void): void;
  /** Hears once that a replication stream begins. */
  onReplicationStart(listener: () => void): void;
  /** Sends one CopyData message; there is one way back in a replication stream. */
  sendCopyData(bytes: Buffer): void;
}

interface DriverInternals {
  readonly connection: {
    readonly stream: Socket;
    /** Gives the parser what comes from the socket: a function of the prototype, which is put in place of here. */
    attachListeners(stream: Socket): void;
    on(
      event: 'parameterStatus',
      listener: (message: { readonly parameterName: string; readonly parameterValue: string }) => void,
    ): void;
    on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
    once(event: 'replicationStart', listener: () => void): void;
    sendCopyFromChunk(chunk: Buffer): void;
  };
  readonly processID: number | null;
  readonly secretKey: number | null;
}

/** Looks inside a client of the driver. */
export function wireOf(client: Client): DriverWire {
  const internals = client as unknown as DriverInternals;
  return {
    socket: () => internals.connection.stream,
    backendKey: () => ({ processId: internals.processID ?? 0, secretKey: internals.secretKey ?? 0 }),
    guard: (fail) => guardMessages(internals.connection, fail),
    onParameter: (listener) =>
      internals.connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
        listener(parameterName, parameterValue),
      ),
    onCopyData: (listener) => internals.connection.on('copyData', ({ chunk }) => listener(chunk)),
    onReplicationStart: (listener) => internals.connection.once('replicationStart', listener),
    sendCopyData: (bytes) => internals.connection.sendCopyFromChunk(bytes),
  };
}

type DataListener = (chunk: Buffer) => void;

function guardMessages(connection: DriverInternals['connection'], fail: (error: AppError) => void): void {
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const before = new Set(stream.listeners('data'));
    attach(stream);
    const parsers = stream.listeners('data').filter((listener) => !before.has(listener)) as DataListener[];
    for (const parser of parsers) {
      stream.removeListener('data', parser);
      stream.on('data', guarded(parser, fail));
    }
  };
}

/** A listener that cannot throw. */
function guarded(parser: DataListener, fail: (error: AppError) => void): DataListener {
  const guard = new MessageGuard();
  let failed = false;
  return (chunk) => {
    if (failed) return;
    try {
      const messages = guard.receive(chunk);
      if (messages !== undefined) parser(messages);
    } catch (error) {
      failed = true;
      fail(error instanceof AppError ? error : protocolError('?', 'is not what the driver expects', error));
    }
  };
}
