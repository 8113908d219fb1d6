import { Socket } from 'node:net';

/** Bytes that one read can bring. */
export const READ_BYTES = 256 * 1024;

/**
 * A socket that reads into one piece of memory again and again. A usual one allocates memory for every read, and of a
 * large table the collector then lets tens of megabytes pile up before it tidies.
 *
 * What is read comes as the event `chunk`, valid until the listener returns or, where it pauses the socket, until the
 * socket is resumed. While nobody listens to that event, a copy comes as `data`, as of any other socket.
 * https://nodejs.org/api/net.html#new-netsocketoptions
 */
export function openReadSocket(): Socket {
  const socket: Socket = new Socket({
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (bytes, memory) => {
        const chunk = Buffer.from(memory.buffer, memory.byteOffset, bytes);
        if (!socket.emit('chunk', chunk)) socket.emit('data', Buffer.from(chunk));
        return true;
      },
    },
  });
  return socket;
}
