/** A wire that can be cut, held or tampered with, between a client and a server on this machine. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface ProxyOptions {
  /** Port of the server on 127.0.0.1. */
  readonly port: number;
  /** What becomes of the bytes on their way to the client; as they are where left out. */
  readonly toClient?: (bytes: Buffer) => Buffer;
}

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>();
  readonly #watchers = new Set<() => void>();
  /** Connections that were made so far. */
  connections = 0;
  /** Bytes that the server has sent so far. */
  received = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start({ port, toClient = (bytes) => bytes }: ProxyOptions): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => {
      const upstream = connect({ host: '127.0.0.1', port });
      const pair = [client, upstream] as const;
      proxy.#pairs.add(pair);
      proxy.connections++;
      client.pipe(upstream);
      upstream.on('data', (bytes: Buffer) => {
        proxy.received += bytes.length;
        if (!client.write(toClient(bytes))) upstream.pause();
        for (const look of proxy.#watchers) look();
      });
      client.on('drain', () => upstream.resume());
      for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
        one.on('error', () => other.destroy());
        one.on('close', () => {
          other.destroy();
          proxy.#pairs.delete(pair);
        });
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Comes back when the server has sent so many bytes, or when the signal has fired. */
  async passed(bytes: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.received < bytes && signal?.aborted !== true) return;
        this.#watchers.delete(look);
        signal?.removeEventListener('abort', look);
        resolve();
      };
      this.#watchers.add(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }

  /** Cuts every connection, without a goodbye to either side. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }
}
