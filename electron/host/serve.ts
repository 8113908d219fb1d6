/**
 * The app in a browser: the same renderer and the same table of calls as on the desktop, over HTTP and a WebSocket
 * on loopback.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../contract/app-error.ts';
import type { Engine } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';
import { EventHub } from './event-hub.ts';
import { handleRequest } from './http-handler.ts';
import { allowedHosts } from './request-checks.ts';
import { createRpcSockets } from './rpc-sockets.ts';
import { securityHeaders } from './security-headers.ts';
import { createSessions } from './session.ts';
import { staticFiles } from './static-files.ts';

/** Only this computer; `localhost` could be more than one address. */
const LOOPBACK = '127.0.0.1';

export interface ServeOptions {
  readonly engine: Pick<Engine, 'calls' | 'subscribe'>;
  /** 0 lets the system choose one. */
  readonly port: number;
  /** The built renderer, with its index.html. */
  readonly rendererFolder: string;
  readonly log: Log;
  /** Milliseconds between two heartbeats of a WebSocket; for tests. */
  readonly heartbeatMs?: number;
}

export interface RunningServer {
  /** Address without a token: what to show when a session exists. */
  readonly url: string;
  /** An address that lets one browser in, once. */
  newLink(): string;
  /** Ends all connections; pending calls are aborted. The engine stays open. */
  close(): Promise<void>;
}

/** @throws AppError `HOST_PORT_UNAVAILABLE`; STORE_ and others are the engine's own, and come through its calls */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { engine, log } = options;
  const files = await staticFiles(options.rendererFolder);
  const server = createServer();
  const port = await listen(server, options.port);
  const hosts = allowedHosts(port);
  const sessions = createSessions(port);
  const hub = new EventHub((listener) => engine.subscribe(listener));
  const headers = securityHeaders([...hosts].map((host) => `ws://${host}`));
  const router = { calls: engine.calls, hub, log };
  const sockets = createRpcSockets({ hosts, sessions, router, log, heartbeatMs: options.heartbeatMs });

  server.on('request', (request, response) => {
    void handleRequest(request, response, { hosts, headers, sessions, files, log });
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  // This is not a proxy; unheard, Node would drop the connection without a word.
  server.on('connect', (_request, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\n\r\n'));

  const url = `http://${LOOPBACK}:${String(port)}/`;
  return {
    url,
    newLink: () => `${url}?token=${sessions.newToken()}`,
    async close() {
      hub.close();
      sockets.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ host: LOOPBACK, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new AppError('HOST_PORT_UNAVAILABLE', `Port ${String(port)} cannot be used on ${LOOPBACK}`, {
      cause: error,
    });
  }
  return (server.address() as AddressInfo).port;
}
