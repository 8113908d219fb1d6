/** What the guardian last said of each connection, for the sidebar; the screen that looks says it. */
import type { WalLevel, WalStatus } from '../../electron/contract/wal.ts';
import { createStore, type ReadonlyStore } from './store.ts';

export interface KnownLevel {
  readonly level: WalLevel;
  /** Slots that are in danger. */
  readonly danger: readonly string[];
}

const levels = createStore<ReadonlyMap<string, KnownLevel>>(new Map());

export const walLevels: ReadonlyStore<ReadonlyMap<string, KnownLevel>> = levels;

/** Takes over what a look at the server has found. */
export function noteWalLevel(connectionId: string, { level, slots }: WalStatus): void {
  const danger = slots.filter(({ health }) => health.level === 'danger').map(({ name }) => name);
  const known = levels.get().get(connectionId);
  if (known?.level === level && known.danger.join('\n') === danger.join('\n')) return;
  levels.set(new Map(levels.get()).set(connectionId, { level, danger }));
}
