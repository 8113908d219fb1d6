/** A wire that can be cut, held or tampered with, between a client and a server on this machine. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { PlannedFault } from './planned-fault.ts';

export interface ProxyOptions {
  /** Port of the server on 127.0.0.1. */
  readonly port: number;
  /** What becomes of the bytes on their way to the client; as they are where left out. */
  readonly toClient?: (bytes: Buffer) => Buffer;
  /** Hears what passes on its way to the client. */
  readonly heard?: (bytes: Buffer) => void;
}

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [client: Socket, server: Socket]>();
  /** Clients of connections that are held. */
  readonly #frozen = new Set<Socket>();
  readonly #watchers = new Set<() => void>();
  /** Connections that were made while nothing was passed on. */
  readonly #waiting = new Set<Socket>();
  #port: number;
  /** While nothing is passed on. */
  #hold: PlannedFault | undefined;
  #redirection: PlannedFault | undefined;
  #closed: Promise<void> | undefined;
  /** Connections that were made so far. */
  connections = 0;
  /** Bytes that the server has sent so far. */
  received = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async start({ port, toClient, heard }: ProxyOptions): Promise<TcpProxy> {
    const server = createServer();
    const tampering = toClient && new PlannedFault('bytes that are changed on the wire');
    const passedOn = (bytes: Buffer): Buffer => {
      if (toClient === undefined) return bytes;
      const changed = toClient(bytes);
      if (!changed.equals(bytes)) tampering?.hit();
      return changed;
    };
    const proxy = new TcpProxy(server, port);
    server.on('connection', (client) => {
      if (proxy.#hold !== undefined) {
        proxy.#hold.hit();
        // Taken by the system, and never answered.
        client.on('error', () => client.destroy());
        proxy.#waiting.add(client);
        return;
      }
      proxy.#redirection?.hit();
      const upstream = connect({ host: '127.0.0.1', port: proxy.#port });
      const pair = [client, upstream] as const;
      proxy.#pairs.add(pair);
      proxy.connections++;
      client.pipe(upstream);
      upstream.on('data', (bytes: Buffer) => {
        proxy.received += bytes.length;
        heard?.(bytes);
        if (!client.write(passedOn(bytes))) upstream.pause();
        for (const look of proxy.#watchers) look();
      });
      client.on('drain', () => {
        if (!proxy.#frozen.has(client)) upstream.resume();
      });
      for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
        one.on('error', () => other.destroy());
        one.on('close', () => {
          if (proxy.#frozen.has(client)) return;
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
    new PlannedFault('a cut of the wire').hit(this.#pairs.size + this.#waiting.size);
    this.#cut();
  }

  #cut(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    for (const client of this.#waiting) client.resetAndDestroy();
  }

  /** Passes nothing on any more, in either direction, and closes nothing: what a firewall does that has forgotten. */
  hold(): void {
    this.#hold = new PlannedFault('a wire that passes nothing on');
    this.#hold.hit(this.#pairs.size);
    for (const [client, server] of this.#pairs) {
      client.pause();
      client.unpipe(server);
      server.pause();
    }
  }

  /** Passes on what comes from now on; connections that were held stay as they are. */
  release(): void {
    this.#hold = undefined;
  }

  /** Leads new connections to another server: what a name does that moves. */
  redirect(port: number): void {
    this.#port = port;
    this.#redirection = new PlannedFault('a wire that leads to another server');
  }

  /** Cuts every connection and takes no others. */
  async close(): Promise<void> {
    this.#closed ??= once(this.#server, 'close').then(() => undefined);
    this.#server.close();
    this.#cut();
    await this.#closed;
  }

  /**
   * Takes whatever comes and hands nothing on, for the connections that there are: each side believes that the other one
   * is still there, also when it has gone. New connections are as they always are.
   */
  freeze(): void {
    new PlannedFault('a wire that has frozen').hit(this.#pairs.size);
    for (const [client, server] of this.#pairs) {
      this.#frozen.add(client);
      client.unpipe(server);
      client.resume();
      server.pause();
    }
  }

  /** Forgets the connections that were held, as whatever held them would one day. */
  forget(): void {
    for (const pair of this.#pairs) {
      if (!this.#frozen.has(pair[0])) continue;
      this.#pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    }
    this.#frozen.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
