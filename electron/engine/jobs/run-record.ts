/** One run in memory, its copy on disk, and the news of both. */
import type { EngineEvent } from '../../contract/events.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { Run, RunLogLine, RunPhase, RunProgress } from '../../contract/run.ts';
import type { ExtractJournal } from '../extract/extract-request.ts';
import type { Clock, OpenUpload, StateStore, StoredRun } from '../ports.ts';
import type { FinishedRange, ReadingState } from '../reading-state.ts';
import { changedRun, type RunChange } from '../run-change.ts';
import { leftoverOf } from './kept-work.ts';
import { transition, type RunMove } from './run-transition.ts';

/** Lines of a run's log that are kept; the later ones say how it ended, so the early ones go first. */
const LOG_LIMIT = 2_000;

export class RunRecord implements ExtractJournal {
  #stored: StoredRun;
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #emit: (event: EngineEvent) => void;

  constructor(stored: StoredRun, store: StateStore, clock: Clock, emit: (event: EngineEvent) => void) {
    this.#stored = stored;
    this.#store = store;
    this.#clock = clock;
    this.#emit = emit;
  }

  get run(): Run {
    return this.#stored.run;
  }

  get stored(): StoredRun {
    return this.#stored;
  }

  /** Moves the run to another state, on disk first. @throws AppError of the STORE_ family */
  async move(move: RunMove): Promise<void> {
    this.#changeRun({ state: transition(this.run.state, move) });
    try {
      await this.save();
    } finally {
      // Also when the disk is full: whoever waits for the end of the run would wait for ever.
      this.#emit({ type: 'run', run: this.run });
    }
  }

  async enter(phase: RunPhase): Promise<void> {
    await this.move({ tag: 'enter', phase });
  }

  note(level: RunLogLine['level'], message: string): void {
    const line = { at: this.#clock.now().toISOString(), level, message };
    this.#stored = { ...this.#stored, log: [...this.#stored.log, line].slice(-LOG_LIMIT) };
    this.#emit({ type: 'log', runId: this.run.id, line });
  }

  /** Shows how far the run is. Stored with the next change of state: it is a picture, not a fact to rely on. */
  show(progress: RunProgress): void {
    this.#changeRun({ progress });
    this.#emit({ type: 'progress', runId: this.run.id, progress });
  }

  async willWrite(key: string): Promise<void> {
    await this.#change({ tag: 'writing', key });
  }

  didNotWrite(key: string): void {
    const writtenKeys = this.#stored.writtenKeys.filter((written) => written !== key);
    this.#stored = { ...this.#stored, writtenKeys };
  }

  async uploadOpened(upload: OpenUpload): Promise<void> {
    await this.#change({ tag: 'upload', upload });
  }

  async removed(keys: readonly string[]): Promise<void> {
    await this.#change({ tag: 'removed', keys });
  }

  async keepReading(reading: ReadingState): Promise<void> {
    this.#stored = { ...this.#stored, reading };
    await this.save();
  }

  async rangeFinished(range: FinishedRange): Promise<void> {
    await this.#change({ tag: 'finished', range });
  }

  /** Nothing of the run is left at the destination but what the manifest names, or the finished ranges it `keeps`. */
  forgetDebris(keeps = false): void {
    const gone = leftoverOf(this.#stored, keeps);
    const { openUploads, writtenKeys } = this.#stored;
    this.#stored = {
      ...this.#stored,
      openUploads: openUploads.filter((upload) => !gone.uploads.includes(upload)),
      writtenKeys: writtenKeys.filter((key) => !gone.keys.includes(key)),
    };
  }

  keepManifest(manifest: Manifest): void {
    this.#stored = { ...this.#stored, manifest };
  }

  async save(): Promise<void> {
    await this.#store.save(this.#stored);
  }

  async #change(change: RunChange): Promise<void> {
    this.#stored = changedRun(this.#stored, change);
    await this.#store.save(this.#stored, change);
  }

  #changeRun(change: Partial<Run>): void {
    this.#stored = { ...this.#stored, run: { ...this.run, ...change } };
  }
}
