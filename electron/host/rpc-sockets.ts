/** The WebSocket side of the served app: who may open one, and how a dead one is noticed. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { MESSAGE_LIMIT } from '../contract/wire.ts';
import type { Log } from '../engine/ports.ts';
import { hostAllowed, originAllowed, parseTarget } from './request-checks.ts';
import { serveChannel, type RouterDeps } from './router.ts';
import type { Sessions } from './session.ts';
import { wsChannel } from './ws-channel.ts';

/** Path of the WebSocket. */
export const RPC_PATH = '/rpc';

/** A laptop that was shut leaves a connection that never closes; two beats without an answer end it. */
const HEARTBEAT_MS = 15_000;

/** Bytes of one message: MESSAGE_LIMIT counts characters, and one takes at most four bytes in UTF-8. */
const MAX_PAYLOAD = MESSAGE_LIMIT * 4;

export interface RpcDeps {
  readonly hosts: ReadonlySet<string>;
  readonly sessions: Sessions;
  readonly router: RouterDeps;
  readonly log: Log;
  /** Milliseconds between two heartbeats. */
  readonly heartbeatMs?: number | undefined;
}

export interface RpcSockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export function createRpcSockets(deps: RpcDeps): RpcSockets {
  // Without compression: its memory per connection buys nothing on loopback.
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD, perMessageDeflate: false });
  const answered = new WeakSet<WebSocket>();
  const beat = setInterval(() => {
    for (const socket of server.clients) {
      if (answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  beat.unref();

  server.on('connection', (socket) => {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
    // ws closes the connection by itself after an error (too big a message, a bad frame); unheard, it would throw.
    socket.on('error', (error) => deps.log.warn(`websocket: ${error.message}`));
    serveChannel(wsChannel(socket), deps.router);
  });

  return {
    upgrade(request, socket, head) {
      const ignore = () => socket.destroy();
      socket.on('error', ignore);
      const refusal = refusalOf(request, deps);
      if (refusal !== undefined) {
        deps.log.warn(`refused a websocket: ${refusal}`);
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      socket.off('error', ignore);
      server.handleUpgrade(request, socket, head, (opened) => server.emit('connection', opened, request));
    },
    close() {
      clearInterval(beat);
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** The status line for a request that may not become a WebSocket; undefined for one that may. */
function refusalOf(request: IncomingMessage, deps: RpcDeps): string | undefined {
  const { host, origin, cookie } = request.headers;
  const target = parseTarget(request.url);
  if (target === undefined) return '400 Bad Request';
  if (target.path !== RPC_PATH) return '404 Not Found';
  if (!hostAllowed(request.headersDistinct['host'], deps.hosts)) return '403 Forbidden';
  // The cookie alone is not enough: other ports of this host share it with us.
  if (!originAllowed(origin, host)) return '403 Forbidden';
  if (!deps.sessions.knows(cookie)) return '401 Unauthorized';
  return undefined;
}
