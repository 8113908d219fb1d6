import net from 'node:net';
import type { BackendKey } from './session.ts';

/** Milliseconds to wait for the server to take the request: a cancel must be over within two seconds. */
const CANCEL_TIMEOUT_MS = 700;

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
      socket.destroy();
      resolve();
    };
    socket.setTimeout(CANCEL_TIMEOUT_MS, finish);
    socket.once('error', finish);
    socket.once('close', finish);
    socket.once('connect', () => {
      const message = Buffer.alloc(16);
      message.writeInt32BE(16, 0);
      message.writeInt16BE(1234, 4);
      message.writeInt16BE(5678, 6);
      message.writeInt32BE(key.processId, 8);
      message.writeInt32BE(key.secretKey, 12);
      socket.write(message);
    });
  });
}
