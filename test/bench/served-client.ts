/** The served app in a process of its own, and a client that speaks to it as the renderer does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { CallInput, CallName, CallOutput } from '../../electron/contract/calls.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { ClientMessage, HostMessage } from '../../electron/contract/wire.ts';
import { BUCKET, type BenchWorld } from './bench-world.ts';
import { CLI } from './sluice-extract.ts';

export class ServedClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #nextId = 1;

  private constructor(child: ChildProcess, socket: WebSocket) {
    this.#child = child;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString()) as HostMessage));
    socket.on('close', () => {
      for (const { reject } of this.#pending.values()) reject(new Error('the connection has ended'));
      this.#pending.clear();
    });
    // What breaks the connection also closes it.
    socket.on('error', () => undefined);
  }

  /** Starts `sluice serve` and opens its link as a browser would. */
  static async start(world: Pick<BenchWorld, 'folder' | 'env'>): Promise<ServedClient> {
    const child = spawn(process.execPath, [CLI, 'serve'], {
      cwd: world.folder,
      // Profiles and history of its own: each client begins with none.
      env: { ...world.env, SLUICE_HOME: path.join(world.folder, `served-${randomUUID()}`) },
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    try {
      const [link] = (await Promise.race([
        once(createInterface({ input: child.stdout }), 'line'),
        once(child, 'exit').then(() => Promise.reject(new Error('`sluice serve` has ended at once'))),
      ])) as [string];
      return new ServedClient(child, await openSocket(new URL(link)));
    } catch (error) {
      child.kill('SIGTERM');
      throw error;
    }
  }

  async call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
    const id = this.#nextId++;
    const pending = Promise.withResolvers<unknown>();
    this.#pending.set(id, pending);
    this.#send({ type: 'call', id, call: name, input });
    return (await pending.promise) as CallOutput<K>;
  }

  /** Hears events from now on, and takes them as fast as they come. */
  listen(listener: (event: EngineEvent) => void): void {
    if (this.#listeners.size === 0) this.#send({ type: 'listen' });
    this.#listeners.add(listener);
  }

  /** Ends the process as a crash does, without a word to anybody. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.terminate();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }

  #send(message: ClientMessage): void {
    this.#socket.send(JSON.stringify(message));
  }

  #receive(message: HostMessage): void {
    if (message.type === 'event') {
      this.#send({ type: 'taken', count: 1 });
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'result') pending?.resolve(message.output);
    else pending?.reject(new Error(`${message.error.code}: ${message.error.message}`));
  }
}

/** Exchanges the token of the link for a cookie, which the WebSocket is then let in with. */
async function openSocket(link: URL): Promise<WebSocket> {
  const answer = await fetch(link, { redirect: 'manual' });
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
  if (cookie === undefined) throw new Error(`the link of the served app gave ${answer.status}`);
  const socket = new WebSocket(`ws://${link.host}/rpc`, { headers: { cookie, origin: link.origin } });
  await once(socket, 'open');
  return socket;
}

/** Saves the connection and the destination of the bench, both named `Bench`; the id of the connection. */
export async function saveBenchProfiles(client: ServedClient, world: BenchWorld): Promise<string> {
  const { host, port, user, password, database } = world.database;
  const { id } = await client.call('connections.save', {
    name: 'Bench',
    colour: 'gray',
    readOnly: true,
    settings: { host, port, database, user, tls: 'disable' },
    password: { kind: 'set', value: password },
  });
  const { endpoint, region, accessKeyId, secretAccessKey } = world.s3;
  await client.call('destinations.save', {
    name: 'Bench',
    settings: {
      bucket: BUCKET,
      prefix: 'served',
      region,
      endpoint,
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId },
    },
    secretKey: { kind: 'set', value: secretAccessKey },
  });
  return id;
}
