import type { RawData, WebSocket } from 'ws';
import type { Channel } from '../contract/wire.ts';

/** "Policy violation". https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const CLOSE_POLICY = 1008;

/** Bytes of a close reason that RFC 6455 allows. */
const REASON_LIMIT = 123;

/** Dresses a WebSocket as a channel. Messages cross as JSON text. */
export function wsChannel(socket: WebSocket): Channel {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage: (listener) => {
      socket.on('message', (data, isBinary) => listener(isBinary ? undefined : parseJson(data)));
    },
    onClose: (listener) => {
      socket.on('close', listener);
    },
    close: (reason) => {
      if (reason === undefined) socket.close();
      else socket.close(CLOSE_POLICY, reason.slice(0, REASON_LIMIT));
    },
  };
}

/** Undefined for what is not JSON: the router refuses it like everything else that is not a message. */
function parseJson(data: RawData): unknown {
  try {
    // A Buffer, because the socket's binaryType is ws's default.
    return JSON.parse((data as Buffer).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
