/** The loopback transport: a WebSocket to the server that this page came from. */
import type { Channel } from '../../electron/contract/wire.ts';
import type { Road } from './client.ts';

/** Milliseconds between attempts to get a lost connection back: quick at first, then calm. */
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 5_000;

/** The way to a server that answers at `url`. Host, Origin and the session's cookie are checked by the server. */
export function websocketRoad(url: string): Road {
  return {
    connect: () => openWebSocket(url),
    retryDelayMs: (attempt) => Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, attempt - 1)),
  };
}

function openWebSocket(url: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const refused = () => reject(new Error(`no answer from ${url}`));
    socket.addEventListener('close', refused, { once: true });
    socket.addEventListener(
      'open',
      () => {
        socket.removeEventListener('close', refused);
        resolve(channelOf(socket));
      },
      { once: true },
    );
  });
}

function channelOf(socket: WebSocket): Channel {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage(listener) {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (typeof event.data === 'string') listener(JSON.parse(event.data));
      });
    },
    onClose: (listener) => socket.addEventListener('close', listener),
    close: () => socket.close(),
  };
}
