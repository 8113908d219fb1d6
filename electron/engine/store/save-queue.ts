/**
 * The saves of one run, one after the other. Those that wait for the one that is going on become one: what is saved is all
 * that is known, so that the last says what the others would have said.
 */
import type { StoredRun } from '../ports.ts';
import type { RunChange } from '../run-change.ts';

/** Milliseconds between two files of a run in which nothing but changes came, at the least. */
const PAUSE_MS = 2_000;

/** A file takes longer the more it holds: it may take a fiftieth of the time. */
const PAUSE_FACTOR = 50;

interface Waiting {
  readonly stored: StoredRun;
  /** What differs from the save before; undefined where that cannot be said. */
  readonly change: RunChange | undefined;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export interface SaveWriter {
  /** Writes all of the run. */
  whole(stored: StoredRun): Promise<void>;
  /** Adds what has changed since. */
  changes(changes: readonly RunChange[]): Promise<void>;
}

export class SaveQueue {
  readonly #writer: SaveWriter;
  #waiting: Waiting[] = [];
  #going = false;
  /** When all of it is to be written again, on the clock of {@link performance}; at once where something went wrong. */
  #wholeAtMs = 0;

  constructor(writer: SaveWriter) {
    this.#writer = writer;
  }

  /** True while nothing is being saved. */
  get idle(): boolean {
    return !this.#going;
  }

  /** @throws what the writer throws, to all whose saves became one */
  async save(stored: StoredRun, change?: RunChange): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ stored, change, done, failed });
      if (!this.#going) void this.#go();
    });
  }

  async #go(): Promise<void> {
    this.#going = true;
    while (this.#waiting.length > 0) {
      const saves = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(saves);
        for (const { done } of saves) done();
      } catch (error) {
        this.#wholeAtMs = 0;
        for (const { failed } of saves) failed(error);
      }
    }
    this.#going = false;
  }

  async #write(saves: readonly Waiting[]): Promise<void> {
    const changes = saves.flatMap(({ change }) => change ?? []);
    const began = performance.now();
    const last = saves.at(-1);
    if (last === undefined) return;
    if (changes.length === saves.length && began < this.#wholeAtMs)
      return await this.#writer.changes(changes);
    await this.#writer.whole(last.stored);
    const took = performance.now() - began;
    this.#wholeAtMs = began + took + Math.max(PAUSE_MS, took * PAUSE_FACTOR);
  }
}
