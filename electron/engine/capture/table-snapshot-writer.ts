/**
 * Writes the rows that a table had at a position. They come into being with one entry of the log, when all are there: of
 * a snapshot that breaks off nothing counts.
 */
import type { LoggedObject } from '../../contract/capture-log.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { ObjectSink } from '../ports.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { RollWorld } from './capture-roll.ts';
import { rowLimit } from './roll-decision.ts';
import type { SnapshotRows } from './capture-source.ts';
import type { ChangeOrigin } from './encode/change-encoder.ts';
import { pgTimestampOf } from './encode/unix-micros.ts';
import { captureKey } from './key-maker.ts';
import type { OpenObject } from './open-object.ts';
import type { RollPublisher } from './roll-publisher.ts';
import type { WriterTally } from './writer-tally.ts';

/** Keys that are noted with one write of the checkpoint. */
const RESERVED = 16;

/** Bytes that the compressor may be behind. */
const BACKLOG_BYTES = 2 * 1024 ** 2;

const NO_ORDER = { total: 0, inTable: 0 };

export interface SnapshotWorld {
  readonly roll: RollWorld;
  readonly ledger: CaptureLedger;
  readonly sink: ObjectSink;
  readonly runId: string;
  readonly publisher: RollPublisher;
  readonly tally: WriterTally;
  /** Waits while too much is on its way. */
  readonly room: () => Promise<void>;
  readonly signal: AbortSignal;
}

export class TableSnapshotWriter {
  readonly #table: CapturedTable;
  readonly #origin: ChangeOrigin;
  readonly #world: SnapshotWorld;
  readonly #uploads: Promise<LoggedObject>[] = [];
  readonly #keys: string[] = [];
  #noted: Promise<void> = Promise.resolve();
  #object: OpenObject | undefined;
  #part = 0;
  #rows = 0;

  constructor(
    { table, lsn, at }: { readonly table: CapturedTable; readonly lsn: bigint; readonly at: Date },
    world: SnapshotWorld,
  ) {
    this.#table = table;
    this.#origin = { xid: undefined, commitLsn: lsn, time: pgTimestampOf(at) };
    this.#world = world;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes rows, whose tuples may be changed when this is over. One call after the other. @throws what ended the writer */
  async write({ shape, rows }: Pick<SnapshotRows, 'shape' | 'rows'>): Promise<void> {
    const { roll, signal, tally } = this.#world;
    signal.throwIfAborted();
    for (const row of rows) {
      if (this.#object !== undefined && this.#object.shape !== shape) this.#end();
      this.#object ??= roll.open(shape);
      const object = this.#object;
      const passed = object.add(row, this.#origin, NO_ORDER);
      const isLong = object.rows >= rowLimit(this.#part + 1, roll.spec);
      if (!passed && !isLong) continue;
      if (object.backlog > BACKLOG_BYTES) await object.settle();
      if (object.bytes >= roll.spec.rollBytes || isLong) this.#end();
    }
    this.#rows += rows.length;
    tally.read(rows.length);
    await this.#world.room();
  }

  /** Writes the entry; the table is `done` when this comes back. @throws what ended the writer */
  async complete(): Promise<void> {
    if (this.#object !== undefined) this.#end();
    const { commitLsn: toLsn } = this.#origin;
    const objects = Promise.all(this.#uploads);
    const { publisher, signal } = this.#world;
    await publisher.publish(
      { kind: 'snapshot', toLsn, transactions: 0, objects, table: this.#table, unused: this.#keys },
      signal,
    );
  }

  /** Gives it up, and removes what it has written. */
  async abandon(): Promise<void> {
    this.#object?.destroy();
    this.#object = undefined;
    await Promise.allSettled(this.#uploads);
    const { ledger, sink, runId, signal } = this.#world;
    const keys = [...this.#keys];
    if (keys.length === 0) return;
    await sink.remove({ runId, keys, uploads: [], owned: true }, signal);
    await ledger.change(
      (state) => ({ ...state, pending: state.pending.filter((key) => !keys.includes(key)) }),
      signal,
    );
  }

  #end(): void {
    const object = this.#object;
    if (object === undefined) return;
    this.#object = undefined;
    const part = ++this.#part;
    if (part > this.#keys.length) this.#reserve();
    const key = this.#keyOf(part);
    const uploading = this.#world.roll.upload({ key, part, object }, this.#noted);
    void uploading.catch(() => undefined);
    this.#uploads.push(uploading);
  }

  /** A checkpoint for each object would be many: the keys are known, because all of it stands at one position. */
  #reserve(): void {
    const more = Array.from({ length: RESERVED }, (_, index) => this.#keyOf(this.#keys.length + index + 1));
    this.#keys.push(...more);
    this.#noted = this.#world.roll.note(more);
    void this.#noted.catch(() => undefined);
  }

  #keyOf(part: number): string {
    return captureKey(this.#world.roll.keys, this.#table, this.#origin, this.#origin, part);
  }
}
