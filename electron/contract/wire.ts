/**
 * The messages that cross a transport. Only JSON: the same ones go over a MessagePort and a WebSocket.
 * Four kinds from the client, three from the host; a request is answered once, by its id.
 */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import { engineEventSchema } from './events.ts';

/** Characters of one message that a host accepts, so that a caller cannot fill its memory. */
export const MESSAGE_LIMIT = 4 * 1024 * 1024;

const requestId = z.int().min(0);

export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('call'), id: requestId, call: z.string().max(100), input: z.unknown() }),
  /** The caller no longer wants the answer. */
  z.strictObject({ type: z.literal('cancel'), id: requestId }),
  /** Begin to send events. */
  z.strictObject({ type: z.literal('listen') }),
  /** The events up to here were taken: the host sends more only when it hears this. */
  z.strictObject({ type: z.literal('taken'), count: z.int().min(1) }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

export const hostMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: requestId, output: z.unknown() }),
  z.object({ type: z.literal('error'), id: requestId, error: wireErrorSchema }),
  z.object({ type: z.literal('event'), event: engineEventSchema }),
]);
export type HostMessage = z.infer<typeof hostMessageSchema>;

/** Events that may be on their way without a `taken`: what a slow window can make the host hold. */
export const EVENT_WINDOW = 64;

/** A two-way road for messages; MessagePort and WebSocket are dressed as one. */
export interface Channel {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  /** The reason goes to the other side where the transport can carry one. */
  close(reason?: string): void;
}
