/** What a capture that is at work says about itself: one status, put together of what its parts tell. */
import { toWireError } from '../../contract/app-error.ts';
import type { CaptureNews } from '../../contract/capture-calls.ts';
import type { CaptureCheckpoint, CaptureLogEntry, TableSnapshot } from '../../contract/capture-log.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type {
  CapturePhase,
  CaptureSample,
  CaptureStatus,
  TableProgress,
} from '../../contract/capture-status.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { Clock } from '../ports.ts';
import type { CaptureOwner } from './capture-shelf.ts';
import type { SlotRef } from './capture-source.ts';
import { LagGauge } from './lag-gauge.ts';
import type { ProgressMarks } from './progress-marks.ts';
import { isSameTable } from './table-states.ts';

/** Notes that are kept: the latest. */
const NOTES_KEPT = 8;

export interface ReportDeps {
  readonly spec: CaptureSpec;
  readonly ref: SlotRef;
  readonly owner: CaptureOwner;
  readonly clock: Clock;
  readonly onNews: (news: CaptureNews) => void;
  /** The phase has changed: worth to be told and kept at once. */
  readonly onPhase: () => void;
}

export class CaptureReport {
  readonly gauge = new LagGauge();
  readonly #deps: ReportDeps;
  #phase: CapturePhase = 'starting';
  /** What it was doing when it began to wait. */
  #before: CapturePhase = 'starting';
  #since: string;
  #marks: ProgressMarks | undefined;
  #checkpoint: CaptureCheckpoint | undefined;
  #checkpointUri = '';
  #counts = { changes: 0, transactions: 0, objects: 0, bytes: 0 };
  #snapshotRows = 0;
  #reading: TableProgress | undefined;
  #heldBytes: number | null = null;
  #lastError: CaptureStatus['lastError'] = null;
  #notes: readonly string[] = [];

  constructor(deps: ReportDeps) {
    this.#deps = deps;
    this.#since = deps.clock.now().toISOString();
  }

  get current(): CapturePhase {
    return this.#phase;
  }

  /** Nothing of the tables is in the log. */
  get isEmpty(): boolean {
    const { durableCommitAt, tables } = this.#checkpoint ?? { durableCommitAt: null, tables: [] };
    return (
      durableCommitAt === null &&
      tables.every(({ state, reading }) => state !== 'done' && reading === undefined)
    );
  }

  get samples(): readonly CaptureSample[] {
    return this.gauge.samples;
  }

  phase(phase: CapturePhase): void {
    if (phase === this.#phase) return;
    this.#phase = phase;
    this.#since = this.#now();
    this.#deps.onPhase();
  }

  waiting(error: unknown, delayMs: number): void {
    this.#fail(error);
    if (this.#phase !== 'waiting') this.#before = this.#phase;
    this.news({ kind: 'waiting', error: toWireError(error), seconds: delayMs / 1_000 });
    this.phase('waiting');
  }

  /** What was away is back. */
  recovered(): void {
    if (this.#phase === 'waiting') this.phase(this.#before);
  }

  failed(error: unknown): void {
    this.#fail(error);
    this.phase('failed');
  }

  /** Said once, however often it is noticed. */
  note(message: string): void {
    if (this.#notes.includes(message)) return;
    this.#notes = [...this.#notes, message].slice(-NOTES_KEPT);
    this.news({ kind: 'note', message });
  }

  forgetNote(message: string): void {
    this.#notes = this.#notes.filter((note) => note !== message);
  }

  news(news: CaptureNews): void {
    this.#deps.onNews(news);
  }

  /** Marks of a new connection. */
  connected(marks: ProgressMarks): void {
    this.#marks = marks;
    this.gauge.reconnected();
    this.gauge.durable(marks.durable);
  }

  checkpointed(checkpoint: CaptureCheckpoint, uri: string): void {
    this.#checkpoint = checkpoint;
    this.#checkpointUri = uri;
  }

  read(changes: number, transactions: number): void {
    this.#counts.changes += changes;
    this.#counts.transactions += transactions;
    this.gauge.changes(changes);
  }

  snapshotRows(rows: number): void {
    this.#snapshotRows += rows;
  }

  /** The table that is being read; undefined when none is. */
  reading(table: TableProgress | undefined): void {
    this.#reading = table === undefined ? undefined : { ...table };
  }

  written(entry: CaptureLogEntry): void {
    const { sequence, kind, fromLsn, toLsn, table, objects } = entry;
    const rows = objects.reduce((sum, object) => sum + object.rows, 0);
    const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
    this.#counts.objects += objects.length;
    this.#counts.bytes += bytes;
    const facts = { sequence, entry: kind, fromLsn, toLsn, objects: objects.length, rows, bytes };
    this.news({ kind: 'entry', ...facts, ...(table === undefined ? {} : { table }) });
  }

  held(bytes: number | null): void {
    this.#heldBytes = bytes;
  }

  status(): CaptureStatus {
    const { spec, ref, owner, clock } = this.#deps;
    const marks = this.#marks;
    const tables = this.#checkpoint?.tables ?? [];
    const wanted = tables.filter(({ state }) => state !== 'none');
    return {
      name: spec.name,
      spec,
      phase: this.#phase,
      here: true,
      process: { pid: owner.pid, host: owner.host },
      slot: ref.slot,
      publication: ref.publication,
      since: this.#since,
      marks: {
        received: marks === undefined ? null : formatLsn(marks.received),
        decoded: marks === undefined ? null : formatLsn(marks.decoded),
        durable: marks === undefined ? (this.#checkpoint?.durableLsn ?? null) : formatLsn(marks.durable),
        acked: marks === undefined ? null : formatLsn(marks.acked),
      },
      heldBytes: this.#heldBytes,
      ...this.gauge.now(clock.now().getTime()),
      ...this.#counts,
      snapshotTables: {
        done: wanted.filter(({ state }) => state === 'done').length,
        all: wanted.length,
        rows: this.#snapshotRows,
        reading: this.#progress(tables),
      },
      lastError: this.#lastError,
      notes: [...this.#notes],
      epoch: this.#checkpoint?.epoch ?? 0,
      sequence: this.#checkpoint?.sequence ?? 0,
      checkpoint: this.#checkpointUri,
    };
  }

  /** The table that is being read, and those of which a part is in the log. */
  #progress(tables: readonly TableSnapshot[]): TableProgress[] {
    const now = this.#reading;
    const others = tables.flatMap(({ table, reading, rows, paused = false }): TableProgress[] => {
      if (now !== undefined && isSameTable(now.table, table)) return [];
      if (reading === undefined && !paused) return [];
      const ranges = reading?.ranges ?? { done: 0, all: 0 };
      return [{ table, ...ranges, rows, ...(paused ? { paused } : {}) }];
    });
    return now === undefined ? others : [now, ...others];
  }

  #fail(error: unknown): void {
    this.#lastError = { at: this.#now(), error: toWireError(error) };
  }

  #now(): string {
    return this.#deps.clock.now().toISOString();
  }
}
