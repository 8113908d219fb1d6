/** A proxy in front of a server that changes what the server sends, as one mutation says. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Random } from '../harness/random.ts';
import { isHarmless, mutated, type Mutation } from './mutation.ts';

export class MutatingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #mutation: Mutation;
  readonly #random: Random;
  readonly #sockets = new Set<Socket>();
  #messages = 0;
  /** A message that waits to be sent after the next one. */
  #held: Buffer | undefined;

  private constructor(server: Server, mutation: Mutation) {
    this.#server = server;
    this.#mutation = mutation;
    this.#random = new Random(mutation.seed);
  }

  static async start(port: number, mutation: Mutation): Promise<MutatingProxy> {
    const server = createServer();
    const proxy = new MutatingProxy(server, mutation);
    server.on('connection', (client) => proxy.#join(client, connect({ host: '127.0.0.1', port })));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Messages that the server has sent so far, on all connections. */
  get messages(): number {
    return this.#messages;
  }

  #join(client: Socket, upstream: Socket): void {
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.end());
    client.pipe(upstream);
    let rest: Buffer = Buffer.alloc(0);
    upstream.on('data', (chunk: Buffer) => {
      const bytes = Buffer.concat([rest, chunk]);
      const out: Buffer[] = [];
      let at = 0;
      while (at + 5 <= bytes.length && at + 1 + bytes.readUInt32BE(at + 1) <= bytes.length) {
        const end = at + 1 + bytes.readUInt32BE(at + 1);
        if (!this.#pass(bytes.subarray(at, end), out)) {
          client.write(Buffer.concat(out));
          client.end();
          upstream.destroy();
          return;
        }
        at = end;
      }
      rest = bytes.subarray(at);
      this.#send(client, Buffer.concat(out));
    });
  }

  /** False where the connection ends with this message. */
  #pass(message: Buffer, out: Buffer[]): boolean {
    const turn = this.#messages++ === this.#mutation.at;
    if (!turn || isHarmless(this.#mutation)) {
      out.push(message);
      if (this.#held !== undefined) out.push(this.#held);
      this.#held = undefined;
      return true;
    }
    if (this.#mutation.kind === 'swapped' && !this.#mutation.stream) {
      this.#held = Buffer.from(message);
      return true;
    }
    const { bytes, end } = mutated(message, this.#mutation, this.#random);
    out.push(bytes);
    return !end;
  }

  #send(client: Socket, bytes: Buffer): void {
    if (this.#mutation.kind !== 'pieces') {
      client.write(bytes);
      return;
    }
    client.setNoDelay(true);
    for (let at = 0; at < bytes.length;) {
      const size = 1 + this.#random.below(7);
      client.write(bytes.subarray(at, at + size));
      at += size;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}
