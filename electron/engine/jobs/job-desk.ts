/** Takes jobs, runs them in the background, and answers for the history. */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { isActive, type RunOrigin, type RunState } from '../../contract/run.ts';
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
import type { RunRequest } from '../run-requests.ts';
import { ActiveRun, type ActiveRunDeps } from './active-run.ts';
import { askOwner } from './ask-owner.ts';
import { assertResumable, claimRun } from './claim-run.ts';
import { cleanUp } from './clean-up.ts';
import { findRuns } from './find-runs.ts';
import type { Owner } from './recover.ts';
import { Recovery } from './recovery.ts';
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
  readonly #recovery: Recovery;
  #closing = false;
  readonly calls: JobCalls;

  constructor(deps: JobDeskDeps) {
    this.#deps = deps;
    this.#recovery = new Recovery(deps);
    this.calls = {
      'jobs.start': ({ spec }) => this.#begin(() => this.#start(spec)),
      'runs.list': async (filter) => ({
        runs: findRuns(
          (await deps.store.list()).map(({ run }) => run),
          filter,
        ),
      }),
      'runs.get': ({ runId }) => this.#get(runId),
      'runs.resume': ({ runId }) => this.#begin(() => this.#resume(runId)),
      'runs.discard': ({ runId }) => this.#discard(runId),
      'runs.pause': ({ runId }, { signal }) => this.#change(runId, 'pause', signal),
      'runs.continue': ({ runId }, { signal }) => this.#change(runId, 'continue', signal),
      'runs.cancel': ({ runId }, { signal }) => this.#change(runId, 'cancel', signal),
    };
  }

  /** Ids of the runs that are going on in this process. */
  active(): readonly string[] {
    return [...this.#active.keys()];
  }

  /** See {@link Recovery.all}. */
  async recoverAbandoned(signal: AbortSignal): Promise<void> {
    await this.#recovery.all(signal);
  }

  /** Cancels every run of this process and waits for them. */
  async close(): Promise<void> {
    this.#closing = true;
    // One that is just being started would otherwise go on behind our back.
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#active.values()].map((run) => run.cancel()));
  }

  async #begin(start: () => Promise<{ runId: string }>): Promise<{ runId: string }> {
    if (this.#closing) throw new AppError('HOST_INTERRUPTED', 'Sluice is being closed.');
    const starting = start();
    this.#starting.add(starting);
    return await starting.finally(() => this.#starting.delete(starting));
  }

  async #start(spec: ExtractSpec): Promise<{ runId: string }> {
    const { clock, origin, owner } = this.#deps;
    const opened = await this.#open(spec);
    const startedAt = clock.now();
    const record = this.#record({
      run: {
        id: runIdAt(startedAt, randomBytes(4).toString('hex')),
        origin,
        spec,
        sourceLabel: sourceLabel(spec),
        destinationLabel: destinationLabel(spec, opened.sink.label),
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
    return this.#drive(record, opened);
  }

  /** Looked up before anything is stored: a profile that does not exist is no run that failed. */
  async #open(spec: ExtractSpec): Promise<Pick<ActiveRunDeps, 'access' | 'sink' | 's3'>> {
    const access = await this.#deps.sourceAccess(spec);
    const destination = await this.#deps.destinationAccess(spec);
    return {
      access,
      sink: this.#deps.openSink(destination),
      s3: destination.kind === 's3' ? destination.settings : undefined,
    };
  }

  #drive(
    record: RunRecord,
    opened: Pick<ActiveRunDeps, 'access' | 'sink' | 's3'>,
  ): { readonly runId: string } {
    const { clock, rows, store, giveUpMs, log, emit, owner, isAlive } = this.#deps;
    const runId = record.run.id;
    emit({ type: 'run', run: record.run });
    const active = new ActiveRun({
      record,
      ...opened,
      clock,
      rows,
      giveUpMs,
      takeRequest: () => store.takeRequest(runId),
      claimant: { self: owner, clock, isAlive },
      onBug: (error) => log.error(`Run ${runId}: ${error instanceof Error ? error.message : String(error)}`),
    });
    this.#active.set(runId, active);
    void active.finished.then(() => this.#active.delete(runId));
    return { runId };
  }

  async #get(runId: string) {
    const { run, log, manifest } = await this.#load(runId);
    return { run, log: [...log], manifest };
  }

  /** Does something to a run, or asks the process that works on it. A run that has ended stays as it is. */
  async #change(runId: string, change: RunRequest, signal: AbortSignal): Promise<{ state: RunState }> {
    const active = this.#active.get(runId);
    if (active !== undefined) await active[change]();
    const stored = await this.#load(runId);
    if (active !== undefined || !isActive(stored.run.state)) return { state: stored.run.state };
    const recover = (abandoned: StoredRun) => this.#recovery.one(abandoned, signal);
    return { state: await askOwner({ store: this.#deps.store, recover }, stored, change, signal) };
  }

  /** Goes on with a run that has kept its finished ranges. @throws AppError where it cannot */
  async #resume(runId: string): Promise<{ runId: string }> {
    const { store, owner, clock } = this.#deps;
    const stored = await this.#recovered(runId);
    const opened = await this.#open(stored.run.spec);
    const claimed = await claimRun(store, runId, owner, 'resume').catch(async (error: unknown) => {
      await opened.sink[Symbol.asyncDispose]();
      throw error;
    });
    // What was asked of the process before was meant for that one.
    await store.takeRequest(runId);
    const record = this.#record(claimed);
    record.note('info', `Resumed at ${clock.now().toISOString()}.`);
    return this.#drive(record, opened);
  }

  /** Removes what a run has kept. @throws AppError where it cannot */
  async #discard(runId: string): Promise<{ state: RunState }> {
    const { store, owner, openSink, destinationAccess } = this.#deps;
    const stored = await this.#recovered(runId);
    await using sink = openSink(await destinationAccess(stored.run.spec));
    const record = this.#record(await claimRun(store, runId, owner, 'discard'));
    await cleanUp(record, sink);
    await record.save();
    this.#deps.emit({ type: 'run', run: record.run });
    if (record.stored.writtenKeys.length > 0) {
      throw new AppError('DEST_UNREACHABLE', 'Not everything could be removed; the next start tries again.');
    }
    return { state: record.run.state };
  }

  /** A run that can be resumed, also where that has to be found out after a crash. */
  async #recovered(runId: string): Promise<StoredRun> {
    await this.#recovery.one(await this.#load(runId), new AbortController().signal);
    const stored = await this.#load(runId);
    assertResumable(stored);
    return stored;
  }

  /** The run as it is in memory where this process works on it, so that its log is up to date. */
  async #load(runId: string): Promise<StoredRun> {
    const stored = this.#active.get(runId)?.stored ?? (await this.#deps.store.load(runId));
    if (stored !== undefined) return stored;
    throw new AppError('STORE_RUN_NOT_FOUND', `There is no run ${runId} in the history.`, {
      details: { runId },
    });
  }

  #record(stored: StoredRun): RunRecord {
    return new RunRecord(stored, this.#deps.store, this.#deps.clock, this.#deps.emit);
  }
}
