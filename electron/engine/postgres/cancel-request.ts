import net, { type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Milliseconds to wait for the server to take the request: a cancel must be over within two seconds. */
const CANCEL_TIMEOUT_MS = 700;

/** The byte with which a server agrees to TLS. */
const AGREED = 0x53; // 'S'

/** What identifies a backend to a cancel request. */
export interface BackendKey {
  readonly host: string;
  readonly port: number;
  readonly processId: number;
  readonly secretKey: number;
  /** Whether the session is encrypted: proxies in front of a server often take nothing that is not. */
  readonly encrypted: boolean;
}

/**
 * Asks the server to cancel what a backend is doing, on a connection of its own as the protocol wants it. The server
 * closes that connection when it has sent the signal and never says whether it helped, so failures are of no use
 * to the caller: the connection that runs the query is closed next in any case.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function sendCancelRequest(key: BackendKey): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: key.host, port: key.port });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve();
    };
    const timer = setTimeout(finish, CANCEL_TIMEOUT_MS);
    socket.once('error', finish);
    socket.once('close', finish);
    socket.once('connect', () => {
      if (!key.encrypted) {
        socket.write(cancelMessage(key));
        return;
      }
      socket.write(startMessage(5679));
      socket.once('data', (answer) => {
        if (answer[0] === AGREED) encrypt(socket, key, finish);
        else finish();
      });
    });
  });
}

/** Certificates are not checked again: the session has done that, and the key is of use for nothing but a cancel. */
function encrypt(socket: Socket, key: BackendKey, finish: () => void): void {
  const secure = connectTls({
    socket,
    rejectUnauthorized: false,
    ...(net.isIP(key.host) === 0 ? { servername: key.host } : {}),
  });
  secure.once('error', finish);
  secure.once('secureConnect', () => secure.write(cancelMessage(key)));
}

function cancelMessage({ processId, secretKey }: BackendKey): Buffer {
  const message = Buffer.concat([startMessage(5678), Buffer.alloc(8)]);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(processId, 8);
  message.writeInt32BE(secretKey, 12);
  return message;
}

/** A message that comes before a session: its length, and a code that no version of the protocol has. */
function startMessage(code: number): Buffer {
  const message = Buffer.alloc(8);
  message.writeInt32BE(message.length, 0);
  message.writeInt16BE(1234, 4);
  message.writeInt16BE(code, 6);
  return message;
}
