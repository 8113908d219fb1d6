import type { Socket } from 'node:net';
import type { Client } from 'pg';

/** Milliseconds for a goodbye. */
const GOODBYE_MS = 1_000;

/** Says goodbye; an open transaction is rolled back by the server. */
export async function sayGoodbye(client: Client, socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  // A peer that has gone without a word does not answer a goodbye either.
  const timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
  await client.end().catch(() => socket.destroy());
  clearTimeout(timer);
}

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
