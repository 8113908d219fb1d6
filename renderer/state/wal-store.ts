/** What the guardian last said of each connection, and which it watches in the background. */
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { WalLevel } from '../../electron/contract/wal.ts';
import type { OwnSlot, WalVerdict, WalWatch } from '../../electron/contract/wal-watch.ts';
import type { Client } from '../client/client.ts';
import { whenConnected } from '../client/when-connected.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export interface WalState {
  readonly verdicts: ReadonlyMap<string, WalVerdict>;
  readonly watches: ReadonlyMap<string, WalWatch>;
}

export interface WalStore extends ReadonlyStore<WalState> {
  /**
   * Begins, changes or (with null) ends the watch over a connection.
   * @throws AppError of the call
   */
  watch(connectionId: string, watch: WalWatch | null): Promise<void>;
}

const EMPTY: WalState = { verdicts: new Map(), watches: new Map() };

export function createWalStore(client: Client): WalStore {
  const store = createStore(EMPTY);
  client.onEvent((event) => store.set(afterEvent(store.get(), event)));
  const load = async () => {
    try {
      const { watches, verdicts } = await client.call('wal.watches', {});
      store.set({
        watches: new Map(watches.map(({ connectionId, watch }) => [connectionId, watch])),
        verdicts: new Map(verdicts.map((verdict) => [verdict.connectionId, verdict])),
      });
    } catch {
      // The badge goes without; the screen says why nothing can be reached.
    }
  };
  whenConnected(client, () => void load());
  return {
    get: store.get,
    subscribe: store.subscribe,
    async watch(connectionId, watch) {
      await client.call('wal.watch', { connectionId, watch });
      const watches = new Map(store.get().watches);
      if (watch === null) watches.delete(connectionId);
      else watches.set(connectionId, watch);
      store.set({ ...store.get(), watches });
    },
  };
}

/** What an event makes of the state; the same object where it changes nothing. */
export function afterEvent(state: WalState, event: EngineEvent): WalState {
  if (event.type !== 'wal') return state;
  const { verdict } = event;
  return { ...state, verdicts: new Map(state.verdicts).set(verdict.connectionId, verdict) };
}

const RANK: Readonly<Record<WalLevel, number>> = { ok: 0, watch: 1, danger: 2 };

/** The verdicts that are not well, the worst first; those of connections that are gone do not count. */
export function troubledVerdicts({ verdicts }: WalState, connectionIds: readonly string[]): WalVerdict[] {
  return connectionIds
    .flatMap((id) => verdicts.get(id) ?? [])
    .filter(({ level }) => level !== 'ok')
    .sort((a, b) => RANK[b.level] - RANK[a.level]);
}

/** Slots of Sluice that hold WAL while nobody reads them. */
export function heldSlots({ verdicts }: WalState): OwnSlot[] {
  return [...verdicts.values()].flatMap(({ own }) => own);
}
