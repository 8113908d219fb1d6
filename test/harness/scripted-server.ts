/** A server that says what the test tells it to, whoever calls. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PlannedFault } from './planned-fault.ts';

export class ScriptedServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #called = Promise.withResolvers<void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `answer` is called with the first bytes of each caller. */
  static async start(answer: (socket: Socket, request: Buffer) => void): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server);
    const call = new PlannedFault('a server that follows a script');
    server.on('connection', (socket) => {
      call.hit();
      scripted.#called.resolve();
      scripted.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', (request: Buffer) => answer(socket, request));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return scripted;
  }

  /** Comes back when somebody has called. */
  get called(): Promise<void> {
    return this.#called.promise;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}

/** An ErrorResponse of Postgres. https://www.postgresql.org/docs/current/protocol-error-fields.html */
export function postgresError(sqlstate: string, message: string, routine = ''): Buffer {
  const fields = `SFATAL\0VFATAL\0C${sqlstate}\0M${message}\0${routine === '' ? '' : `R${routine}\0`}\0`;
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(4 + Buffer.byteLength(fields), 1);
  return Buffer.concat([head, Buffer.from(fields)]);
}
