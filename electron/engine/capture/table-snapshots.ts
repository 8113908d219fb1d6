/**
 * Reads what tables had before, one table after the other, beside the stream. A snapshot serves all tables that wait for
 * one at its time: those of the start share the snapshot of the slot, and later ones have one of their own.
 */
import { AppError } from '../../contract/app-error.ts';
import type { TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { CaptureReport } from './capture-report.ts';
import type { CaptureSource, ExportedSnapshot, SlotRef } from './capture-source.ts';
import type { CaptureWriter } from './capture-writer.ts';
import { isSameTable } from './table-states.ts';

export interface TableSnapshotsDeps {
  readonly spec: CaptureSpec;
  readonly ref: SlotRef;
  readonly access: ConnectionAccess;
  readonly source: CaptureSource;
  readonly writer: CaptureWriter;
  readonly report: CaptureReport;
  /** The snapshot of a slot that was just made. Closed by whoever made it. */
  readonly first: ExportedSnapshot | undefined;
}

export class TableSnapshots {
  readonly #deps: TableSnapshotsDeps;
  #wake = Promise.withResolvers<void>();
  #busy: readonly CapturedTable[] = [];
  /** The table that is being read, and what ends that. */
  #current: { readonly table: CapturedTable; readonly end: AbortController } | undefined;
  /** Comes when nothing is being read of the current table any more. */
  #ended: Promise<void> = Promise.resolve();
  /** Tables of which something is being changed: they are not begun. */
  #held: readonly CapturedTable[] = [];

  /** Tables that are published now: what is gone waits until it is back. */
  #published: readonly CapturedTable[];

  constructor(deps: TableSnapshotsDeps, published: readonly CapturedTable[]) {
    this.#deps = deps;
    this.#published = published;
  }

  /** True when no table waits. */
  get idle(): boolean {
    return this.#pending().length === 0;
  }

  /** Tables that are read in the snapshot that there is: it may be older than what is done to them now. */
  get busy(): readonly CapturedTable[] {
    return this.#busy;
  }

  /** Hears which tables are published now. */
  follow(published: readonly CapturedTable[]): void {
    this.#published = published;
    if (!this.idle) this.wake();
  }

  /** Looks again which tables wait: the checkpoint has others now. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Changes what is to be read of tables while none of them is being read. What was read of them up to here stays in the log. */
  async whileHeld(tables: readonly CapturedTable[], change: () => Promise<void>): Promise<void> {
    const isOneOf = (table: CapturedTable) => tables.some((other) => isSameTable(other, table));
    this.#held = tables;
    try {
      if (this.#current !== undefined && isOneOf(this.#current.table)) {
        this.#current.end.abort();
        await this.#ended;
      }
      await change();
    } finally {
      this.#held = [];
      this.wake();
    }
  }

  /** Makes tables known that are not, and has them read. */
  async know(wanted: readonly TableSnapshot[], known: readonly TableSnapshot[]): Promise<void> {
    if (wanted.every(({ table }) => known.some((other) => isSameTable(table, other.table)))) return;
    await this.#deps.writer.setTables(wanted);
    this.wake();
  }

  /** Reads until the signal fires. @param onIdle called when no table waits any more */
  async run(signal: AbortSignal, onIdle: () => void): Promise<void> {
    const { report, first, source, access } = this.#deps;
    const aborted = Promise.withResolvers<never>();
    // Nobody may be waiting when it fires.
    aborted.promise.catch(() => undefined);
    signal.addEventListener('abort', () => aborted.reject(signal.reason as Error), { once: true });
    if (!this.idle && first !== undefined) await this.#readIn(first, signal);
    for (;;) {
      signal.throwIfAborted();
      if (!this.idle) {
        report.phase('snapshot');
        // From before the snapshot on: a table to which something is done meanwhile is read in another one.
        this.#busy = this.#pending();
        await using snapshot = await source.exportSnapshot(access, signal);
        await this.#readIn(snapshot, signal);
        continue;
      }
      report.phase('streaming');
      onIdle();
      await Promise.race([this.#wake.promise, aborted.promise]);
      this.#wake = Promise.withResolvers();
    }
  }

  async #readIn(snapshot: ExportedSnapshot, signal: AbortSignal): Promise<void> {
    this.#deps.report.phase('snapshot');
    const at = new Date();
    this.#busy = this.#pending();
    for (const table of this.#busy) {
      if (!this.#isPending(table)) continue;
      const end = new AbortController();
      const reading = this.#read(table, snapshot, at, AbortSignal.any([signal, end.signal]));
      this.#current = { table, end };
      this.#ended = reading.then(ignore, ignore);
      try {
        await reading;
      } catch (error) {
        // Somebody wants it to be read anew, or later.
        if (end.signal.aborted && !signal.aborted) continue;
        if (!isGone(error)) throw error;
        // Until the next look, which says whether it is back.
        this.#published = this.#published.filter((other) => !isSameTable(other, table));
      } finally {
        this.#current = undefined;
      }
    }
    this.#busy = [];
  }

  async #read(
    table: CapturedTable,
    snapshot: ExportedSnapshot,
    at: Date,
    signal: AbortSignal,
  ): Promise<void> {
    const { source, access, ref, spec, report, writer } = this.#deps;
    const { tables, timeline } = writer.checkpoint;
    const state = tables.find((each) => isSameTable(each.table, table));
    const request = { table, publication: ref.publication, snapshot, workers: spec.parallel, timeline };
    await using opened = await source.openTable(access, { ...request, before: state?.reading }, signal);
    const { begun, resumed } = opened.course;
    const before = resumed ? state?.reading : undefined;
    const into = await writer.snapshotTable({ table, lsn: snapshot.lsn, at, begun, before });
    const ranges = begun?.ranges ?? { done: 0, all: opened.course.pieces.length };
    report.news({ kind: 'snapshot', table, lsn: formatLsn(snapshot.lsn), ...ranges });
    const progress = { table, ...ranges, rows: resumed ? (state?.rows ?? 0) : 0 };
    report.reading(progress);
    try {
      for await (const rows of opened.read()) {
        await into.write(rows);
        report.snapshotRows(rows.rows.length);
        progress.rows += rows.rows.length;
        if (rows.finished !== undefined) progress.done++;
        report.reading(progress);
      }
      await into.complete();
    } catch (error) {
      // What it has written is noted as pending: where it cannot be removed now, the next start does so.
      await into.abandon().catch(() => undefined);
      throw error;
    } finally {
      report.reading(undefined);
    }
  }

  #pending(): readonly CapturedTable[] {
    const isIn = (tables: readonly CapturedTable[], table: CapturedTable) =>
      tables.some((other) => isSameTable(other, table));
    return this.#deps.writer.checkpoint.tables
      .filter(({ state, paused }) => state === 'pending' && paused !== true)
      .map(({ table }) => table)
      .filter((table) => isIn(this.#published, table) && !isIn(this.#held, table));
  }

  #isPending(table: CapturedTable): boolean {
    return this.#pending().some((other) => isSameTable(other, table));
  }
}

function ignore(): void {}

/** True where the table was dropped, or taken out of the publication, while it was to be read. */
function isGone(error: unknown): boolean {
  return (
    error instanceof AppError && (error.code === 'SOURCE_NO_RELATION' || error.code === 'SLOT_NO_PUBLICATION')
  );
}
