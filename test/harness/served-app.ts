/** The served app with a small renderer, and clients that send exactly what they are told to. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WebSocket, type ClientOptions } from 'ws';
import { startServer, type RunningServer, type ServeOptions } from '../../electron/host/serve.ts';
import { memoryLog } from '../fakes/host-engine.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Headers = Record<string, string>;

export class ServedApp {
  readonly server: RunningServer;
  readonly port: number;
  readonly log: ReturnType<typeof memoryLog>;
  readonly rendererFolder: string;
  readonly #folder: string;
  /** A session that is valid. */
  cookie = '';

  constructor(server: RunningServer, log: ReturnType<typeof memoryLog>, folder: string) {
    this.server = server;
    this.port = Number(new URL(server.url).port);
    this.log = log;
    this.#folder = folder;
    this.rendererFolder = path.join(folder, 'renderer');
  }

  static async start(engine: ServeOptions['engine'], heartbeatMs = 60_000): Promise<ServedApp> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-serve-'));
    const rendererFolder = path.join(folder, 'renderer');
    await mkdir(path.join(rendererFolder, 'assets'), { recursive: true });
    await writeFile(path.join(rendererFolder, 'index.html'), '<!doctype html><title>Sluice</title>');
    await writeFile(path.join(rendererFolder, 'assets', 'app-1a2b.js'), 'export {};');
    await writeFile(path.join(rendererFolder, 'assets', 'app-1a2b.css'), 'body {}');
    await writeFile(path.join(rendererFolder, 'assets', 'é.svg'), '<svg/>');
    await writeFile(path.join(folder, 'secret.txt'), 'not for you');
    // Windows lets only some users make links; there the test of the link finds nothing, as it should.
    await symlink(path.join(folder, 'secret.txt'), path.join(rendererFolder, 'link.txt')).catch(
      () => undefined,
    );
    const log = memoryLog();
    const server = await startServer({ engine, port: 0, rendererFolder, log, heartbeatMs });
    const app = new ServedApp(server, log, folder);
    app.cookie = await app.enter(server);
    return app;
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#folder, { recursive: true });
  }

  get origin(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** What the app's own page sends along when it opens a WebSocket. */
  get trusted() {
    return { cookie: this.cookie, origin: this.origin };
  }

  /** A request with exactly these headers; `target` goes out as it is written. */
  async ask(
    target: string,
    options: { method?: string; headers?: Headers; port?: number } = {},
  ): Promise<Answer> {
    const request = httpRequest({
      host: '127.0.0.1',
      port: options.port ?? this.port,
      path: target,
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
      agent: false,
    });
    request.end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, body };
  }

  /** Bytes to the socket, and all that comes back. */
  async raw(text: string): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.end(text);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  }

  /** Opens a link as a browser does; the Cookie header that it has from then on. */
  async enter(server: RunningServer): Promise<string> {
    const link = new URL(server.newLink());
    const { headers } = await this.ask(`/${link.search}`, { port: Number(link.port) });
    return headers['set-cookie']![0]!.split(';')[0]!;
  }

  async openSocket(headers: Headers = this.trusted, options: ClientOptions = {}): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${String(this.port)}/rpc`, { headers, ...options });
    await once(socket, 'open');
    return socket;
  }

  /** The status with which a WebSocket is refused. */
  async refusedWith(headers: Headers, target = '/rpc'): Promise<number> {
    const socket = new WebSocket(`ws://127.0.0.1:${String(this.port)}${target}`, { headers });
    const status = await new Promise<number>((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => reject(new Error('it was let in')));
      socket.on('error', () => undefined);
    });
    socket.terminate();
    return status;
  }
}
