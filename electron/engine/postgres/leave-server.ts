import type { Socket } from 'node:net';

/** Milliseconds that a server has to end a session whose connection was closed. */
const LEAVE_TIMEOUT_MS = 1_000;

/**
 * Ends a connection in whatever state it is, and waits until the server has ended the session too: then its temporary slots
 * are gone. A server that does not answer is not waited for any longer than {@link LEAVE_TIMEOUT_MS}.
 */
export async function leaveServer(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const timer = setTimeout(() => socket.destroy(), LEAVE_TIMEOUT_MS);
  socket.end();
  // What is still on its way has to be read, or the end of it is never seen.
  socket.resume();
  await closed;
  clearTimeout(timer);
}
