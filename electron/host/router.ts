/**
 * Serves the table of calls over one channel. Everything that comes in is `unknown` until it has been parsed, on
 * every transport: a desktop window gets no more trust than a browser.
 *
 * A message that cannot be read is answered with an error when it carries a request id; when it does not, nobody
 * waits for an answer, the peer does not speak the protocol, and the channel is closed.
 */
import { AppError, toWireError } from '../contract/app-error.ts';
import { CALLS, type CallName, type CallOutput, type ParsedInput } from '../contract/calls.ts';
import { parseInput } from '../contract/parse-input.ts';
import {
  clientMessageSchema,
  MESSAGE_LIMIT,
  type Channel,
  type ClientMessage,
  type HostMessage,
} from '../contract/wire.ts';
import type { CallHandlers } from '../engine/call-handlers.ts';
import type { Log } from '../engine/ports.ts';
import type { EventHub, Subscription } from './event-hub.ts';
import { fitsLimit } from './message-size.ts';

/** Calls of one channel that may be unanswered at a time; a window that works has a handful. */
export const PENDING_LIMIT = 256;

export interface RouterDeps {
  readonly calls: CallHandlers;
  readonly hub: EventHub;
  readonly log: Log;
}

/** Answers calls and sends events until the channel closes; then all its pending calls are aborted. */
export function serveChannel(channel: Channel, deps: RouterDeps): void {
  const router = new Router(channel, deps);
  channel.onMessage((message) => router.receive(message));
  channel.onClose(() => router.close());
}

class Router {
  readonly #channel: Channel;
  readonly #deps: RouterDeps;
  readonly #pending = new Map<number, AbortController>();
  #events: Subscription | undefined;
  #closed = false;

  constructor(channel: Channel, deps: RouterDeps) {
    this.#channel = channel;
    this.#deps = deps;
  }

  receive(raw: unknown): void {
    if (this.#closed) return;
    try {
      if (!fitsLimit(raw, MESSAGE_LIMIT)) throw badRequest('the message is too big');
      this.#handle(parseMessage(raw));
    } catch (error) {
      this.#refuse(raw, error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#events?.close();
    for (const controller of this.#pending.values()) controller.abort();
    this.#pending.clear();
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case 'call':
        void this.#call(message.id, message.call, message.input);
        return;
      case 'cancel':
        this.#abort(message.id);
        return;
      case 'listen':
        this.#events ??= this.#deps.hub.subscribe({
          send: (event) => this.#send({ type: 'event', event }),
          giveUp: () => this.#hangUp('the events were not taken'),
        });
        return;
      case 'taken':
        this.#events?.taken(message.count);
    }
  }

  async #call(id: number, name: string, input: unknown): Promise<void> {
    const controller = new AbortController();
    try {
      this.#admit(id, controller);
      const output = await dispatch(this.#deps.calls, callName(name), input, controller.signal);
      this.#answer(controller, { type: 'result', id, output });
    } catch (error) {
      const wire = toWireError(error);
      if (wire.code === 'INTERNAL_INVARIANT' && !controller.signal.aborted) {
        this.#deps.log.error(`call ${name}: ${wire.message}`);
      }
      this.#answer(controller, { type: 'error', id, error: wire });
    } finally {
      if (this.#pending.get(id) === controller) this.#pending.delete(id);
    }
  }

  #admit(id: number, controller: AbortController): void {
    // Two calls under one id could not be told apart, so neither gets a result.
    const inUse = this.#abort(id);
    if (inUse) throw badRequest(`the request id ${String(id)} is in use`);
    if (this.#pending.size >= PENDING_LIMIT) throw badRequest('too many calls are waiting for an answer');
    this.#pending.set(id, controller);
  }

  #abort(id: number): boolean {
    const controller = this.#pending.get(id);
    controller?.abort();
    return this.#pending.delete(id);
  }

  /** Nobody waits for the answer to an aborted call, and its id may have been used again. */
  #answer(controller: AbortController, message: HostMessage): void {
    if (!controller.signal.aborted) this.#send(message);
  }

  #refuse(raw: unknown, error: unknown): void {
    const wire = toWireError(error);
    this.#deps.log.warn(`refused a message: ${wire.message}`);
    const id = requestIdOf(raw);
    if (id === undefined) this.#hangUp(wire.code);
    else {
      this.#abort(id);
      this.#send({ type: 'error', id, error: wire });
    }
  }

  #hangUp(reason: string): void {
    this.#deps.log.warn(`closed a channel: ${reason}`);
    this.close();
    this.#channel.close(reason);
  }

  #send(message: HostMessage): void {
    if (this.#closed) return;
    try {
      this.#channel.send(message);
    } catch (error) {
      // What is not JSON-safe cannot be sent; for everything else the channel is broken. Both end here.
      this.#deps.log.error(`cannot send: ${error instanceof Error ? error.message : String(error)}`);
      this.#hangUp('HOST_DISCONNECTED');
    }
  }
}

async function dispatch<K extends CallName>(
  calls: CallHandlers,
  name: K,
  input: unknown,
  signal: AbortSignal,
): Promise<CallOutput<K>> {
  const parsed = parseInput(CALLS[name].input, input) as ParsedInput<K>;
  return calls[name](parsed, { signal });
}

function callName(name: string): CallName {
  if (Object.hasOwn(CALLS, name)) return name as CallName;
  throw badRequest(`there is no call ${JSON.stringify(name)}`);
}

function parseMessage(raw: unknown): ClientMessage {
  const result = clientMessageSchema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw badRequest(`the message is malformed: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** The id under which somebody may wait for an answer to a message that is otherwise not readable. */
function requestIdOf(raw: unknown): number | undefined {
  if (typeof raw !== 'object' || raw === null || !('id' in raw)) return undefined;
  return Number.isSafeInteger(raw.id) && Number(raw.id) >= 0 ? Number(raw.id) : undefined;
}

function badRequest(message: string): AppError {
  return new AppError('HOST_BAD_REQUEST', message);
}
