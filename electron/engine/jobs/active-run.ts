/** A run that this process works on: drives the extract, shows its progress, and brings it to an end. */
import { toWireError } from '../../contract/app-error.ts';
import { isActive } from '../../contract/run.ts';
import { RunCounters } from '../extract/run-counters.ts';
import { runExtract, type ExtractResult } from '../extract/run-extract.ts';
import type { Clock, ConnectionAccess, ObjectSink, RowSource, StoredRun } from '../ports.ts';
import { cleanUp } from './clean-up.ts';
import type { RunRecord } from './run-record.ts';

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
  readonly clock: Clock;
  /** Told of what should never happen: a history that cannot be written. */
  readonly onBug: (error: unknown) => void;
}

export class ActiveRun {
  readonly #deps: ActiveRunDeps;
  readonly #controller = new AbortController();
  readonly #counters: RunCounters;
  /** Ends when the run has; never rejects. */
  readonly finished: Promise<void>;

  constructor(deps: ActiveRunDeps) {
    this.#deps = deps;
    this.#counters = new RunCounters(deps.clock);
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

  async #drive(): Promise<void> {
    const { record, sink, onBug } = this.#deps;
    await using _sink = sink;
    const timer = setInterval(() => record.show(this.#counters.progress()), PROGRESS_MS);
    try {
      await this.#extractAndSettle();
    } catch (error) {
      onBug(error);
    } finally {
      clearInterval(timer);
    }
  }

  async #extractAndSettle(): Promise<void> {
    const { record, sink } = this.#deps;
    let result: ExtractResult;
    try {
      result = await this.#extract();
    } catch (error) {
      await cleanUp(record, sink);
      record.show(this.#counters.progress());
      await this.#settle(error);
      return;
    }
    record.show(this.#counters.progress());
    await this.#succeed(result);
  }

  async #extract(): Promise<ExtractResult> {
    const { record, access, rows, sink, clock } = this.#deps;
    const { id, spec, startedAt } = record.run;
    // The phase of the counters follows the record's, so that one picture never shows two.
    const journal = {
      enter: async (phase: RunCounters['phase']) => {
        this.#counters.phase = phase;
        await record.enter(phase);
      },
      note: record.note.bind(record),
      willWrite: record.willWrite.bind(record),
      didNotWrite: record.didNotWrite.bind(record),
      uploadOpened: record.uploadOpened.bind(record),
    };
    return await runExtract(
      {
        runId: id,
        startedAt: new Date(startedAt),
        spec,
        access,
        rows,
        sink,
        clock,
        counters: this.#counters,
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

  async #settle(error: unknown): Promise<void> {
    const { record, clock } = this.#deps;
    const at = clock.now().toISOString();
    if (this.#controller.signal.aborted) {
      record.note('info', 'Cancelled.');
      await record.move({ tag: 'end-cancelled', at });
      return;
    }
    const wire = toWireError(error);
    record.note('error', wire.message);
    await record.move({ tag: 'fail', at, error: wire });
  }
}
