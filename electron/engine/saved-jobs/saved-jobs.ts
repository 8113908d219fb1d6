/** Puts saved jobs and their timers together with the runs that they become. */
import { hostname } from 'node:os';
import type { EngineEvent } from '../../contract/events.ts';
import { isActive } from '../../contract/run.ts';
import type { WatermarkState } from '../../contract/watermark-state.ts';
import type { EngineDeps } from '../engine-api.ts';
import type { JobDesk } from '../jobs/job-desk.ts';
import type { Owner } from '../jobs/recover.ts';
import type { Emitter } from '../lib/emitter.ts';
import type { Clock, StateStore } from '../ports.ts';
import { SavedJobDesk, type SavedJobCalls } from './saved-job-desk.ts';
import { TimerDesk } from './timer-desk.ts';
import type { JobStore } from './job-store.ts';

export interface SavedJobsDeps {
  readonly deps: EngineDeps;
  readonly store: JobStore;
  readonly clock: Clock;
  readonly jobs: JobDesk;
  readonly runs: StateStore;
  readonly isAlive: (owner: Owner) => boolean;
  readonly emit: (event: EngineEvent) => void;
}

export interface SavedJobs {
  readonly calls: SavedJobCalls;
  /** Keeps a copy of a state that somebody saw, in the background. */
  readonly noteState: (job: string, state: WatermarkState | null) => void;
  /** Listens to runs from now on, and to other processes; the function that is returned ends it. */
  follow(events: Emitter<EngineEvent>): () => void;
  close(): Promise<void>;
}

export function createSavedJobs({ deps, store, clock, jobs, runs, isAlive, emit }: SavedJobsDeps): SavedJobs {
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  const onChanged = () => emit({ type: 'savedJobs' });
  const desk = new SavedJobDesk({ store, clock, zone, onChanged });
  const isRunning = async (name: string) =>
    (await runs.list()).some(
      ({ run, owner }) =>
        run.spec.name === name && isActive(run.state) && (owner.host !== hostname() || isAlive(owner)),
    );
  const never = new AbortController().signal;
  // A command line ends before any timer is due.
  const timers =
    deps.origin === 'cli'
      ? undefined
      : new TimerDesk({
          store,
          clock,
          zone,
          isRunning,
          onChanged,
          start: async (spec) => await jobs.calls['jobs.start']({ spec }, { signal: never }),
          log: deps.log,
        });
  /** A copy that could not be kept harms nobody: the destination has the state. */
  const inBackground = (work: Promise<void>) => {
    work.catch((error: unknown) =>
      deps.log.warn(
        `The copy of a job's state could not be kept: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  };
  const noteRun = async (runId: string) => {
    const stored = await runs.load(runId);
    if (stored?.manifest) await desk.noteRun(stored.manifest);
  };
  return {
    calls: desk.calls,
    noteState: (job, state) => inBackground(desk.noteState(job, state)),
    follow: (events) => {
      const stops = [
        // A command line shows no list, and is gone before it could change.
        ...(deps.origin === 'cli' ? [] : [store.watch(onChanged)]),
        events.on((event) => {
          if (event.type !== 'run') return;
          const { id, state, spec } = event.run;
          if (state.tag === 'succeeded' && spec.mode === 'incremental') inBackground(noteRun(id));
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
    close: async () => {
      await timers?.close();
    },
  };
}
