/**
 * The renderer's side of the table of calls: requests by id, events under flow control, and the state of the link.
 * It knows no transport; `connect` makes a new channel whenever the last one has closed.
 */
import { AppError, fromWireError } from '../../electron/contract/app-error.ts';
import type { CallInput, CallName, CallOutput } from '../../electron/contract/calls.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { hostMessageSchema, type Channel, type ClientMessage } from '../../electron/contract/wire.ts';
import { createStore, type ReadonlyStore } from '../state/store.ts';

/** Where the channel to the engine stands. `lost` means that it is being tried again, or cannot be. */
export type LinkState = 'connecting' | 'connected' | 'lost';

export interface Client {
  /**
   * Makes one call.
   * @throws AppError what the engine threw, or `HOST_DISCONNECTED` when the link breaks before the answer
   * @throws the signal's reason when it fires; the engine is told that nobody waits any more
   */
  call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal): Promise<CallOutput<K>>;
  /** Hears every event from now on; the function that is returned ends it. */
  onEvent(listener: (event: EngineEvent) => void): () => void;
  readonly link: ReadonlyStore<LinkState>;
}

/** A way to reach the engine; rejects when it cannot be reached now. */
export interface Road {
  connect(): Promise<Channel>;
  /** Milliseconds to wait before attempt `n` (from 1) to get a lost channel back; undefined gives up. */
  retryDelayMs(attempt: number): number | undefined;
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

export function createClient(road: Road): Client {
  const link = createStore<LinkState>('connecting');
  const listeners = new Set<(event: EngineEvent) => void>();
  const pending = new Map<number, Pending>();
  const waiting = new Set<() => void>();
  let channel: Channel | undefined;
  let lastId = 0;
  let untaken = 0;

  const settleWaiting = () => {
    const callbacks = [...waiting];
    waiting.clear();
    for (const callback of callbacks) callback();
  };

  /** Events are confirmed in a later task, so that a window that is busy drawing slows the host down. */
  const take = (from: Channel) => {
    untaken += 1;
    if (untaken > 1) return;
    setTimeout(() => {
      const count = untaken;
      untaken = 0;
      if (channel === from) send(from, { type: 'taken', count });
    }, 0);
  };

  const receive = (from: Channel, raw: unknown) => {
    const parsed = hostMessageSchema.safeParse(raw);
    if (!parsed.success || channel !== from) return;
    const message = parsed.data;
    if (message.type === 'event') {
      for (const listener of listeners) listener(message.event);
      take(from);
      return;
    }
    const request = pending.get(message.id);
    pending.delete(message.id);
    if (message.type === 'result') request?.resolve(message.output);
    else request?.reject(fromWireError(message.error));
  };

  const lose = (attempt: number) => {
    channel = undefined;
    untaken = 0;
    link.set('lost');
    const requests = [...pending.values()];
    pending.clear();
    for (const request of requests) request.reject(disconnected());
    settleWaiting();
    const delay = road.retryDelayMs(attempt);
    if (delay !== undefined) setTimeout(() => void open(attempt), delay);
  };

  const open = async (attempt: number): Promise<void> => {
    try {
      const opened = await road.connect();
      channel = opened;
      opened.onMessage((message) => receive(opened, message));
      opened.onClose(() => {
        if (channel === opened) lose(1);
      });
      send(opened, { type: 'listen' });
      link.set('connected');
      settleWaiting();
    } catch {
      lose(attempt + 1);
    }
  };
  void open(0);

  /** Calls that are made while the first connection is being set up wait for it; later ones fail at once. */
  const ready = async (): Promise<Channel> => {
    if (link.get() === 'connecting') await new Promise<void>((resolve) => waiting.add(resolve));
    if (channel === undefined) throw disconnected();
    return channel;
  };

  return {
    link,
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async call<K extends CallName>(name: K, input: CallInput<K>, signal?: AbortSignal) {
      signal?.throwIfAborted();
      const used = await ready();
      signal?.throwIfAborted();
      lastId += 1;
      const id = lastId;
      return new Promise<CallOutput<K>>((resolve, reject) => {
        const abort = () => {
          pending.delete(id);
          if (channel === used) send(used, { type: 'cancel', id });
          reject(signal?.reason as Error);
        };
        const done = () => signal?.removeEventListener('abort', abort);
        pending.set(id, {
          resolve(output) {
            done();
            resolve(output as CallOutput<K>);
          },
          reject(error) {
            done();
            reject(error);
          },
        });
        signal?.addEventListener('abort', abort, { once: true });
        send(used, { type: 'call', id, call: name, input });
      });
    },
  };
}

function send(channel: Channel, message: ClientMessage): void {
  channel.send(message);
}

function disconnected(): AppError {
  return new AppError('HOST_DISCONNECTED', 'The connection to Sluice was lost');
}
