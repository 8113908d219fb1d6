/** Takes jobs, runs them in the background, and answers for the history. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { isActive, type RunOrigin } from '../../contract/run.ts';
import type { CallHandlers } from '../call-handlers.ts';
import type {
  Clock,
  ConnectionAccess,
  DestinationAccess,
  Log,
  ObjectSink,
  RowSource,
  StateStore,
  StoredRun,
} from '../ports.ts';
import { ActiveRun } from './active-run.ts';
import { findRuns } from './find-runs.ts';
import { giveUp, isAbandoned, recover, type Owner } from './recover.ts';
import { runIdAt } from './run-id.ts';
import { destinationLabel, sourceLabel } from './run-labels.ts';
import { RunRecord } from './run-record.ts';

export interface JobDeskDeps {
  readonly origin: RunOrigin;
  readonly owner: Owner;
  readonly store: StateStore;
  readonly rows: RowSource;
  readonly openSink: (access: DestinationAccess) => ObjectSink;
  readonly sourceAccess: (spec: ExtractSpec) => Promise<ConnectionAccess>;
  readonly destinationAccess: (spec: ExtractSpec) => Promise<DestinationAccess>;
  readonly isAlive: (owner: Owner) => boolean;
  readonly clock: Clock;
  /** Milliseconds that a server may be away while it is read. */
  readonly giveUpMs: number;
  readonly log: Log;
  readonly emit: (event: EngineEvent) => void;
}

/** The calls that the desk answers. */
export type JobCalls = Pick<
  CallHandlers,
  | 'jobs.start'
  | 'runs.list'
  | 'runs.get'
  | 'runs.resume'
  | 'runs.discard'
  | 'runs.pause'
  | 'runs.continue'
  | 'runs.cancel'
>;

export class JobDesk {
  readonly #deps: JobDeskDeps;
  readonly #active = new Map<string, ActiveRun>();
  /** Runs that are being stored, and are not active yet. */
  readonly #starting = new Set<Promise<unknown>>();
  #closing = false;
  readonly calls: JobCalls;

  constructor(deps: JobDeskDeps) {
    this.#deps = deps;
    this.calls = {
      'jobs.start': async ({ spec }) => {
        if (this.#closing) throw new AppError('HOST_INTERRUPTED', 'Sluice is being closed.');
        const starting = this.#start(spec);
        this.#starting.add(starting);
        return await starting.finally(() => this.#starting.delete(starting));
      },
      'runs.list': async (filter) => ({
        runs: findRuns(
          (await deps.store.list()).map(({ run }) => run),
          filter,
        ),
      }),
      'runs.get': ({ runId }) => this.#get(runId),
      'runs.resume': ({ runId }) => this.#refuseToResume(runId),
      'runs.discard': ({ runId }) => this.#refuseToResume(runId),
      'runs.pause': ({ runId }) => this.#change(runId, 'pause'),
      'runs.continue': ({ runId }) => this.#change(runId, 'continue'),
      'runs.cancel': ({ runId }) => this.#change(runId, 'cancel'),
    };
  }

  /** Ids of the runs that are going on in this process. */
  active(): readonly string[] {
    return [...this.#active.keys()];
  }

  /**
   * Brings what earlier processes did not finish to an end; one bad run must not hide the others. What is not done when
   * the signal fires is left for the next start.
   */
  async recoverAbandoned(signal: AbortSignal): Promise<void> {
    const { store, owner, isAlive, log } = this.#deps;
    for (const stored of await store.list()) {
      if (signal.aborted) return;
      if (!isAbandoned(stored, owner, isAlive)) continue;
      try {
        await this.#recover(stored, signal);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn(
          `Run ${stored.run.id} could not be cleaned up after, and will be at the next start: ${reason}`,
        );
      }
    }
  }

  /** Cancels every run of this process and waits for them. */
  async close(): Promise<void> {
    this.#closing = true;
    // One that is just being started would otherwise go on behind our back.
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#active.values()].map((run) => run.cancel()));
  }

  async #start(spec: ExtractSpec): Promise<{ runId: string }> {
    const { clock, origin, owner, log, isAlive } = this.#deps;
    // Both are looked up before anything is stored: a profile that does not exist is no run that failed.
    const access = await this.#deps.sourceAccess(spec);
    const destination = await this.#deps.destinationAccess(spec);
    const sink = this.#deps.openSink(destination);
    const startedAt = clock.now();
    const record = this.#record({
      run: {
        id: runIdAt(startedAt, randomBytes(4).toString('hex')),
        origin,
        spec,
        sourceLabel: sourceLabel(spec),
        destinationLabel: destinationLabel(spec, sink.label),
        startedAt: startedAt.toISOString(),
        state: { tag: 'queued' },
        progress: null,
      },
      log: [],
      manifest: null,
      openUploads: [],
      writtenKeys: [],
      owner,
    });
    await record.save();
    this.#deps.emit({ type: 'run', run: record.run });
    const active = new ActiveRun({
      record,
      access,
      sink,
      s3: destination.kind === 's3' ? destination.settings : undefined,
      clock,
      rows: this.#deps.rows,
      giveUpMs: this.#deps.giveUpMs,
      claimant: { self: owner, clock, isAlive },
      onBug: (error) =>
        log.error(`Run ${record.run.id}: ${error instanceof Error ? error.message : String(error)}`),
    });
    this.#active.set(record.run.id, active);
    void active.finished.then(() => this.#active.delete(record.run.id));
    return { runId: record.run.id };
  }

  async #get(runId: string) {
    const { run, log, manifest } = await this.#load(runId);
    return { run, log: [...log], manifest };
  }

  /** Does something to a run of this process. A run that has ended stays as it is. */
  async #change(runId: string, change: 'pause' | 'continue' | 'cancel') {
    const active = this.#active.get(runId);
    if (active !== undefined) await active[change]();
    const { run, owner } = await this.#load(runId);
    if (active === undefined && isActive(run.state)) {
      throw new AppError(
        'CONFIG_NOT_SUPPORTED',
        `Another Sluice (process ${owner.pid}) works on this run: ${change} it there.`,
      );
    }
    return { state: run.state };
  }

  async #refuseToResume(runId: string): Promise<never> {
    await this.#load(runId);
    throw new AppError(
      'STORE_RUN_NOT_RESUMABLE',
      `Run ${runId} has kept nothing that could be gone on with.`,
    );
  }

  /** The run as it is in memory where this process works on it, so that its log is up to date. */
  async #load(runId: string): Promise<StoredRun> {
    const stored = this.#active.get(runId)?.stored ?? (await this.#deps.store.load(runId));
    if (stored !== undefined) return stored;
    throw new AppError('STORE_RUN_NOT_FOUND', `There is no run ${runId} in the history.`, {
      details: { runId },
    });
  }

  async #recover(stored: StoredRun, signal: AbortSignal): Promise<void> {
    const { owner, clock } = this.#deps;
    const record = this.#record({ ...stored, owner });
    const access = await this.#savedDestination(stored.run.spec);
    if (access === undefined) return await giveUp(record, clock);
    await using sink = this.#deps.openSink(access);
    await recover(record, sink, clock, signal);
  }

  /** Undefined where the profile of the destination is gone. */
  async #savedDestination(spec: ExtractSpec): Promise<DestinationAccess | undefined> {
    try {
      return await this.#deps.destinationAccess(spec);
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFIG_PROFILE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  #record(stored: StoredRun): RunRecord {
    return new RunRecord(stored, this.#deps.store, this.#deps.clock, this.#deps.emit);
  }
}
