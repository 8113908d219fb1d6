/** The captures of this machine, kept up to date by the engine's events. */
import type { CaptureStatus } from '../../electron/contract/capture-status.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import { appErrorOf } from './app-error-of.ts';
import { LOADING, type Loadable } from './loadable.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export type Captures = ReadonlyMap<string, CaptureStatus>;

export interface CapturesStore extends ReadonlyStore<Loadable<Captures>> {
  /** Asks again. */
  reload(): Promise<void>;
  /** Takes what a call has answered, so that nobody waits for the event. */
  put(status: CaptureStatus): void;
  drop(name: string): void;
}

export function createCapturesStore(client: Client): CapturesStore {
  const store = createStore<Loadable<Captures>>(LOADING);
  const take = (event: EngineEvent) => {
    const state = store.get();
    if (state.status === 'ready') store.set(afterCaptureEvent(state, event));
  };
  let latest = 0;
  const reload = async () => {
    latest += 1;
    const asked = latest;
    try {
      const { captures } = await client.call('capture.list', {});
      // Two reloads can overtake each other; only the newest may speak.
      if (asked !== latest) return;
      store.set({ status: 'ready', value: new Map(captures.map((status) => [status.name, status])) });
    } catch (error) {
      if (asked === latest && store.get().status !== 'ready')
        store.set({ status: 'failed', error: appErrorOf(error) });
    }
  };
  client.onEvent(take);
  whenConnected(client, () => void reload());
  return {
    get: store.get,
    subscribe: store.subscribe,
    reload,
    put: (status) => take({ type: 'capture', status }),
    drop: (name) => take({ type: 'captureRemoved', name }),
  };
}

type Ready = Extract<Loadable<Captures>, { status: 'ready' }>;

/** What an event makes of the captures; the same object where it changes nothing. */
export function afterCaptureEvent(state: Ready, event: EngineEvent): Ready {
  if (event.type === 'capture') {
    return { ...state, value: new Map(state.value).set(event.status.name, event.status) };
  }
  if (event.type !== 'captureRemoved' || !state.value.has(event.name)) return state;
  const value = new Map(state.value);
  value.delete(event.name);
  return { ...state, value };
}

/** By name, so that lines do not jump. */
export function sortedCaptures(captures: Captures): CaptureStatus[] {
  return [...captures.values()].sort((a, b) => a.name.localeCompare(b.name));
}
