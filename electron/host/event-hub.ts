/**
 * Brings the engine's events to every window that listens, at the speed of that window.
 *
 * A listener may have EVENT_WINDOW events on their way; what comes while it is slow waits here. Progress, how a capture
 * is, and what was found of slots are states, so only the latest of each run, capture and connection waits. Everything
 * else is data and waits in full, in order. A listener that lets too much pile up is gone for all that matters: it is
 * cut off, and finds the whole state when it comes back.
 */
import type { EngineEvent } from '../contract/events.ts';
import { EVENT_WINDOW } from '../contract/wire.ts';

/** Events that wait for one listener before it is given up. */
export const WAITING_LIMIT = 10_000;

/** One listener of the hub. */
export interface Subscription {
  /** The listener has taken so many events: as many more may be sent. */
  taken(count: number): void;
  close(): void;
}

/** Where events go, and what to do with a listener that does not take them. */
export interface Subscriber {
  send(event: EngineEvent): void;
  giveUp(): void;
}

export class EventHub {
  readonly #queues = new Set<EventQueue>();
  readonly #unsubscribe: () => void;

  /** @param subscribe usually the engine's; the hub is its only listener */
  constructor(subscribe: (listener: (event: EngineEvent) => void) => () => void) {
    this.#unsubscribe = subscribe((event) => {
      for (const queue of this.#queues) queue.push(event);
    });
  }

  /** Sends every event from now on to the subscriber, until the subscription is closed. */
  subscribe(subscriber: Subscriber): Subscription {
    const close = () => this.#queues.delete(queue);
    const queue = new EventQueue(
      (event) => subscriber.send(event),
      () => {
        close();
        subscriber.giveUp();
      },
    );
    this.#queues.add(queue);
    return { taken: (count) => queue.taken(count), close };
  }

  close(): void {
    this.#unsubscribe();
    this.#queues.clear();
  }
}

class EventQueue {
  readonly #send: (event: EngineEvent) => void;
  readonly #overflow: () => void;
  /** Keyed so that a newer progress finds the older; a Map keeps the order in which keys were set. */
  readonly #waiting = new Map<string, EngineEvent>();
  #onTheirWay = 0;
  #sequence = 0;

  constructor(send: (event: EngineEvent) => void, overflow: () => void) {
    this.#send = send;
    this.#overflow = overflow;
  }

  push(event: EngineEvent): void {
    const key = stateOf(event) ?? `#${String(this.#sequence++)}`;
    // Deleted before it is set, so that it moves to the end: a progress must not overtake what happened before it.
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    this.#drain();
    if (this.#waiting.size > WAITING_LIMIT) {
      this.#waiting.clear();
      this.#overflow();
    }
  }

  taken(count: number): void {
    this.#onTheirWay = Math.max(0, this.#onTheirWay - count);
    this.#drain();
  }

  #drain(): void {
    for (const [key, event] of this.#waiting) {
      if (this.#onTheirWay >= EVENT_WINDOW) return;
      this.#waiting.delete(key);
      this.#onTheirWay += 1;
      this.#send(event);
    }
  }
}

/** What an event is a picture of, where a later one takes its place. */
function stateOf(event: EngineEvent): string | undefined {
  if (event.type === 'progress') return event.runId;
  if (event.type === 'wal') return `wal ${event.verdict.connectionId}`;
  return event.type === 'capture' ? `capture ${event.status.name}` : undefined;
}
