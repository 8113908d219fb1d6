/** Engines and channels without anything behind them, for tests of the transports. */
import { AppError } from '../../electron/contract/app-error.ts';
import { CALLS } from '../../electron/contract/calls.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { Channel, ClientMessage } from '../../electron/contract/wire.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import type { Log } from '../../electron/engine/ports.ts';

/** A full table of handlers: those that are given, and a refusal for every other call. */
export function fakeCalls(given: Partial<CallHandlers>): CallHandlers {
  const refused = Object.keys(CALLS).map((name) => [
    name,
    () => Promise.reject(new AppError('CONFIG_NOT_SUPPORTED', `${name} is not faked`)),
  ]);
  return { ...(Object.fromEntries(refused) as CallHandlers), ...given };
}

/** An engine that hosts can serve; `emit` makes it tell its listeners something. */
export function fakeEngine(given: Partial<CallHandlers>) {
  const listeners = new Set<(event: EngineEvent) => void>();
  return {
    calls: fakeCalls(given),
    subscribe(listener: (event: EngineEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(event: EngineEvent) {
      for (const listener of listeners) listener(event);
    },
    listeners,
  };
}

/** A log that keeps its lines. */
export function memoryLog() {
  const lines: string[] = [];
  const push = (line: string) => void lines.push(line);
  return { info: push, warn: push, error: push, lines } satisfies Log & { lines: string[] };
}

/** One end of a channel whose other end is the test. */
export class TestChannel implements Channel {
  readonly sent: unknown[] = [];
  closed: string | undefined;
  #message: (message: unknown) => void = () => undefined;
  #close: () => void = () => undefined;

  send(message: unknown) {
    this.sent.push(message);
  }
  onMessage(listener: (message: unknown) => void) {
    this.#message = listener;
  }
  onClose(listener: () => void) {
    this.#close = listener;
  }
  close(reason = '') {
    this.closed = reason;
    this.#close();
  }
  /** What the client says. */
  say(message: ClientMessage) {
    this.#message(message);
  }
  /** What something says that is no client. */
  blurt(message: unknown) {
    this.#message(message);
  }
}

/** Progress of a run; only `rows` matters in these tests. */
export function progressEvent(runId: string, rows: number): EngineEvent {
  return {
    type: 'progress',
    runId,
    progress: {
      phase: 'transfer',
      rows,
      bytesRead: 0,
      bytesEncoded: 0,
      bytesUploaded: 0,
      partsInFlight: 0,
      partsUploaded: 0,
      objectsWritten: 0,
      estimatedRows: null,
      elapsedMs: 0,
    },
  };
}

/** A line of a run's log. */
export function logEvent(runId: string, message: string): EngineEvent {
  return { type: 'log', runId, line: { at: '2026-11-22T09:30:00Z', level: 'info', message } };
}
