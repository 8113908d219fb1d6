/** A run that this process works on: drives the extract, shows its progress, and brings it to an end. */
import { toWireError } from '../../contract/app-error.ts';
import type { S3Settings } from '../../contract/destination-profile.ts';
import { isActive, type Resumable } from '../../contract/run.ts';
import { snapshotWarning, snapshotWarnings } from '../../contract/snapshot-age.ts';
import { ReadGate } from '../extract/read-gate.ts';
import { RunCounters } from '../extract/run-counters.ts';
import { runExtract, type ExtractResult } from '../extract/run-extract.ts';
import { boundYoungGeneration, releaseYoungGeneration, type YoungNeed } from '../lib/young-generation.ts';
import type { Clock, ConnectionAccess, ObjectSink, RowSource, StoredRun } from '../ports.ts';
import type { RunRequest } from '../run-requests.ts';
import type { Claimant } from '../watermark/job-ledger.ts';
import { cleanUp } from './clean-up.ts';
import { keptAfter, leftoverOf } from './kept-work.ts';
import type { RunRecord } from './run-record.ts';
import { sessionLimits } from './session-limits.ts';

/** Milliseconds between two pictures of the progress: often enough to look alive, seldom enough to cost nothing. */
const PROGRESS_MS = 250;

/** Why a run's signal fires: the user has abandoned it. */
class Cancelled extends Error {}

/** What a run needs of the world. */
export interface ActiveRunDeps {
  readonly record: RunRecord;
  readonly access: ConnectionAccess;
  readonly rows: RowSource;
  readonly sink: ObjectSink;
  /** How the bucket of the sink is reached; undefined for a folder. */
  readonly s3: S3Settings | undefined;
  readonly clock: Clock;
  /** Milliseconds that a server may be away while it is read. */
  readonly giveUpMs: number;
  /** What another process asks of this one; undefined for nothing. */
  readonly takeRequest: () => Promise<RunRequest | undefined>;
  /** Who asks for the job of an incremental run. */
  readonly claimant: Claimant;
  /** Told of what should never happen: a history that cannot be written. */
  readonly onBug: (error: unknown) => void;
}

export class ActiveRun {
  readonly #deps: ActiveRunDeps;
  readonly #controller = new AbortController();
  readonly #counters: RunCounters;
  readonly #gate: ReadGate;
  /** True while it is looked what another process asks, or that is being done. */
  #heeding = false;
  /** Warnings about the age of the snapshot that have been given. */
  #warned = 0;
  /** Ends when the run has; never rejects. */
  readonly finished: Promise<void>;

  constructor(deps: ActiveRunDeps) {
    this.#deps = deps;
    this.#counters = new RunCounters(deps.clock);
    this.#gate = new ReadGate(deps.clock, deps.record.run.spec.politeness?.bandwidth);
    this.finished = this.#drive();
  }

  /** The run as it is now. */
  get stored(): StoredRun {
    return this.#deps.record.stored;
  }

  /** Breaks the run off. Ends when nothing of it is left. */
  async cancel(): Promise<void> {
    // A run that has just ended is still in the list while its connections are being closed.
    if (!this.#controller.signal.aborted && isActive(this.stored.run.state)) {
      this.#controller.abort(new Cancelled('The run was cancelled.'));
      await this.#deps.record.move({ tag: 'cancel' }).catch(this.#deps.onBug);
    }
    await this.finished;
  }

  /** Stops reading; what is on its way arrives. Does nothing to a run that is ending. */
  async pause(): Promise<void> {
    const { state } = this.stored.run;
    if (this.#controller.signal.aborted || state.tag !== 'running' || state.paused === true) return;
    this.#gate.pause();
    this.#deps.record.note('info', 'Paused: nothing is read, and the snapshot is kept.');
    await this.#deps.record.move({ tag: 'pause' });
  }

  /** Reads on. */
  async continue(): Promise<void> {
    const { state } = this.stored.run;
    if (state.tag !== 'running' || state.paused !== true) return;
    this.#gate.continue();
    this.#deps.record.note('info', 'Going on.');
    await this.#deps.record.move({ tag: 'continue' });
  }

  /** A thread of Parquet makes objects of values, and has the flags of the process. */
  #bound(): void {
    const need: YoungNeed = this.stored.run.spec.format.kind === 'parquet' ? 'some' : 'little';
    boundYoungGeneration(this, need);
  }

  async #drive(): Promise<void> {
    const { record, sink, onBug } = this.#deps;
    await using _sink = sink;
    this.#bound();
    const timer = setInterval(() => {
      this.#bound();
      record.show(this.#counters.progress());
      this.#warnOfSnapshot();
      void this.#heed();
    }, PROGRESS_MS);
    try {
      await this.#extractAndSettle();
    } catch (error) {
      onBug(error);
    } finally {
      clearInterval(timer);
      releaseYoungGeneration(this);
    }
  }

  /** Does what another process asks. */
  async #heed(): Promise<void> {
    // One that has not begun can do nothing yet: what is asked stays until it has.
    if (this.#heeding || this.stored.run.state.tag === 'queued') return;
    this.#heeding = true;
    try {
      const request = await this.#deps.takeRequest();
      if (request !== undefined) await this[request]();
    } catch (error) {
      this.#deps.onBug(error);
    } finally {
      this.#heeding = false;
    }
  }

  /** Says once at each step of its age that the snapshot is old. */
  #warnOfSnapshot(): void {
    const heldMs = this.#counters.snapshotHeldMs ?? 0;
    const due = snapshotWarnings(heldMs);
    if (due <= this.#warned) return;
    this.#warned = due;
    this.#deps.record.note('warn', snapshotWarning(heldMs) ?? '');
  }

  async #extractAndSettle(): Promise<void> {
    const { record, sink } = this.#deps;
    let result: ExtractResult;
    try {
      // What could not be removed when an earlier attempt failed would be in the way of this one.
      const { uploads, keys } = leftoverOf(record.stored, true);
      if (uploads.length + keys.length > 0) await cleanUp(record, sink, { keeps: true });
      result = await this.#extract();
    } catch (error) {
      const resumable = this.#controller.signal.aborted ? undefined : keptAfter(record.stored, error);
      await cleanUp(record, sink, { keeps: resumable !== undefined });
      record.show(this.#counters.progress());
      await this.#settle(error, resumable);
      return;
    }
    record.show(this.#counters.progress());
    await this.#succeed(result);
  }

  async #extract(): Promise<ExtractResult> {
    const { record, access, rows, sink, s3, clock, giveUpMs, claimant } = this.#deps;
    const { id, spec, startedAt } = record.run;
    // The phase of the counters follows the record's, so that one picture never shows two.
    const journal = {
      enter: async (phase: RunCounters['phase']) => {
        this.#counters.phase = phase;
        if (phase === 'plan') this.#counters.holdSnapshot();
        await record.enter(phase);
      },
      note: record.note.bind(record),
      willWrite: record.willWrite.bind(record),
      didNotWrite: record.didNotWrite.bind(record),
      uploadOpened: record.uploadOpened.bind(record),
      removed: record.removed.bind(record),
      keepReading: record.keepReading.bind(record),
      rangeFinished: record.rangeFinished.bind(record),
    };
    return await runExtract(
      {
        runId: id,
        startedAt: new Date(startedAt),
        spec,
        access: { ...access, limits: sessionLimits(spec.politeness) },
        rows,
        sink,
        s3,
        clock,
        counters: this.#counters,
        gate: this.#gate,
        reading: record.stored.reading,
        giveUpMs,
        claimant,
      },
      journal,
      this.#controller.signal,
    );
  }

  async #succeed({ manifest, manifestUri }: ExtractResult): Promise<void> {
    const { record } = this.#deps;
    record.keepManifest(manifest);
    record.forgetDebris();
    record.note('info', `Done: ${manifest.rows} rows, ${manifest.bytes} bytes. Manifest: ${manifestUri}`);
    await record.move({
      tag: 'succeed',
      result: {
        finishedAt: manifest.finishedAt,
        rows: manifest.rows,
        bytes: manifest.bytes,
        objects: manifest.objects,
        manifest: manifestUri,
      },
    });
  }

  async #settle(error: unknown, resumable: Resumable | undefined): Promise<void> {
    const { record, clock } = this.#deps;
    const at = clock.now().toISOString();
    if (this.#controller.signal.aborted) {
      record.note('info', 'Cancelled.');
      await record.move({ tag: 'end-cancelled', at });
      return;
    }
    const wire = toWireError(error);
    record.note('error', wire.message);
    await record.move({ tag: 'fail', at, error: wire, resumable });
  }
}
