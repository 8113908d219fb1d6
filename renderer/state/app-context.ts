/** What every screen may use, made once in `main.tsx` and handed down. */
import { createContext, useContext } from 'react';
import type { CallOutput } from '../../electron/contract/calls.ts';
import type { Client } from '../client/client.ts';
import type { HostKind } from '../client/host.ts';
import type { CapturesStore } from './captures-store.ts';
import type { ProfilesStore } from './profiles-store.ts';
import type { FailedRunsStore } from './failed-runs.ts';
import type { SavedJobsStore } from './saved-jobs-store.ts';
import type { RunsStore } from './runs-store.ts';
import type { ReadonlyStore } from './store.ts';
import type { WalStore } from './wal-store.ts';

export type AppInfo = CallOutput<'app.info'>;

export interface AppServices {
  readonly client: Client;
  readonly host: HostKind;
  readonly profiles: ProfilesStore;
  readonly runs: RunsStore;
  readonly wal: WalStore;
  readonly captures: CapturesStore;
  readonly savedJobs: SavedJobsStore;
  readonly failedRuns: FailedRunsStore;
  /** Undefined until the engine has answered. */
  readonly info: ReadonlyStore<AppInfo | undefined>;
}

export const AppContext = createContext<AppServices | undefined>(undefined);

/** @throws Error outside of the provider, which is a defect */
export function useApp(): AppServices {
  const services = useContext(AppContext);
  if (services === undefined) throw new Error('useApp needs the AppContext');
  return services;
}
