/**
 * Writes the rows that a table had at a position. They come into being with an entry of the log, when all are there. Where
 * an interrupted reading can go on, what was finished is noted in the log whenever an object has ended, and stays.
 */
import type { BegunReading, BlockStretch, LoggedObject } from '../../contract/capture-log.ts';
import { parseLsn } from '../decode/lsn.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { united } from './block-stretches.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { RollWorld } from './capture-roll.ts';
import { rowLimit } from './roll-decision.ts';
import type { SnapshotRows } from './capture-source.ts';
import type { ChangeOrigin } from './encode/change-encoder.ts';
import { pgTimestampOf } from './encode/unix-micros.ts';
import { captureKey } from './key-maker.ts';
import type { OpenObject } from './open-object.ts';
import type { ReadingCourse } from './reading-course.ts';
import { partsAt } from './snapshot-parts.ts';
import type { RollPublisher } from './roll-publisher.ts';

/** Keys that are noted with one write of the checkpoint. */
const RESERVED = 16;

/** Bytes that the compressor may be behind. */
const BACKLOG_BYTES = 2 * 1024 ** 2;

/** Milliseconds of reading that an interruption may cost where an object takes longer to be full. */
const KEEP_MS = 60_000;

const NO_ORDER = { total: 0, inTable: 0 };

/** Where the snapshot of a table stands. */
export interface SnapshotBegin {
  readonly table: CapturedTable;
  readonly lsn: bigint;
  /** When the snapshot was taken; the same whenever the same snapshot is read. */
  readonly at: Date;
  /** Undefined where nothing is to stay of a reading that is interrupted. */
  readonly begun?: ReadingCourse['begun'];
  /** What is in the log of a reading that goes on. */
  readonly before?: BegunReading | undefined;
}

export interface SnapshotWorld {
  readonly roll: RollWorld;
  readonly ledger: CaptureLedger;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  readonly runId: string;
  readonly publisher: RollPublisher;
  /** Keys of the snapshots of this writer, in lower case. Tables that are read in one snapshot share its position. */
  readonly taken: Set<string>;
  /** Waits while too much is on its way. */
  readonly room: () => Promise<void>;
  /** Ends the writer where it fails. */
  readonly watch: (work: Promise<unknown>) => void;
  readonly signal: AbortSignal;
}

export class TableSnapshotWriter {
  readonly #begin: SnapshotBegin;
  readonly #origin: ChangeOrigin;
  readonly #world: SnapshotWorld;
  /** Objects that no entry has, each with the key that it was given: numbers are passed over, so a count says nothing. */
  #uploads: { readonly key: string; readonly logged: Promise<LoggedObject> }[] = [];
  /** Keys that were noted and that no entry was given. */
  #keys: string[] = [];
  /** Blocks that no entry has; their rows are in objects that have ended, and the one that is open. */
  #finished: BlockStretch[] = [];
  /** Keys of this table; others have taken the rest. */
  readonly #own = new Set<string>();
  #noted: Promise<void> = Promise.resolve();
  #kept: Promise<void> = Promise.resolve();
  #keptMs: number;
  #object: OpenObject | undefined;
  #part: number;
  #reserved: number;
  #rows = 0;
  #ranges: number;

  constructor(begin: SnapshotBegin, world: SnapshotWorld) {
    this.#begin = begin;
    this.#origin = { xid: undefined, commitLsn: begin.lsn, time: pgTimestampOf(begin.at) };
    this.#world = world;
    this.#keptMs = world.clock.monotonicMs();
    this.#part = this.#reserved = Math.max(
      partsAt(world.ledger.checkpoint.snapshotParts, begin.lsn),
      // Of a reading that began before numbers were noted.
      begin.before?.objects ?? 0,
    );
    this.#ranges = begin.begun?.ranges.done ?? 0;
  }

  /** Rows so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Takes rows, whose tuples may be changed when this is over. One call after the other. @throws what ended the writer */
  async write({ shape, rows, finished }: SnapshotRows): Promise<void> {
    const { roll, signal } = this.#world;
    signal.throwIfAborted();
    for (const row of rows) {
      if (this.#object !== undefined && this.#object.shape !== shape) this.#end();
      this.#object ??= roll.open(shape);
      const object = this.#object;
      const passed = object.add(row, this.#origin, NO_ORDER);
      const isLong = object.rows >= rowLimit(this.#part + 1, roll.spec);
      if (!passed && !isLong) continue;
      if (object.backlog > BACKLOG_BYTES) await object.settle();
      if (object.bytes >= roll.spec.rollBytes || isLong) {
        this.#end();
        this.#keep();
      }
    }
    this.#rows += rows.length;
    if (finished !== undefined) this.#finish(finished);
    await this.#world.room();
  }

  /** Writes the entry; the table is `done` when this comes back. @throws what ended the writer */
  async complete(): Promise<void> {
    this.#end();
    await this.#kept;
    const { commitLsn: toLsn } = this.#origin;
    const { publisher, signal } = this.#world;
    const { table } = this.#begin;
    const objects = logged(this.#uploads);
    const ended = { kind: 'snapshot', fromLsn: this.#fromLsn, toLsn, transactions: 0 } as const;
    await publisher.publish({ ...ended, objects, table, unused: this.#keys }, signal);
  }

  /** Gives up what no entry has, and removes what was written of it. */
  async abandon(): Promise<void> {
    await this.#object?.destroy();
    this.#object = undefined;
    await Promise.allSettled([logged(this.#uploads), this.#kept]);
    const { ledger, sink, runId, signal } = this.#world;
    const keys = [...this.#keys];
    if (keys.length === 0) return;
    await sink.remove({ runId, keys, uploads: [], owned: true }, signal);
    await ledger.change(
      (state) => ({ ...state, pending: state.pending.filter((key) => !keys.includes(key)) }),
      signal,
    );
  }

  get #fromLsn(): bigint {
    const { before, lsn } = this.#begin;
    return before === undefined ? lsn : parseLsn(before.fromLsn);
  }

  #finish(blocks: BlockStretch): void {
    this.#finished.push(blocks);
    this.#ranges++;
    if (this.#world.clock.monotonicMs() - this.#keptMs < KEEP_MS) return;
    this.#end();
    this.#keep();
  }

  /**
   * Notes what is finished, when its objects are there. An object can have rows of ranges that are not finished: these
   * count as well, and come again with a later position where they are read again. No object may be open.
   */
  #keep(): void {
    const { begun, table } = this.#begin;
    if (begun === undefined || this.#finished.length === 0) return;
    const ended = this.#uploads;
    const used = new Set(ended.map(({ key }) => key));
    const blocks = united(this.#finished);
    const reading = { ...begun, blocks, ranges: { ...begun.ranges, done: this.#ranges } };
    this.#uploads = [];
    this.#keys = this.#keys.filter((key) => !used.has(key));
    this.#finished = [];
    this.#keptMs = this.#world.clock.monotonicMs();
    const earlier = this.#kept;
    const { publisher, signal, watch } = this.#world;
    this.#kept = (async () => {
      // The stream's own rolls do not wait for these objects.
      const [named] = await Promise.all([logged(ended), earlier]);
      const part = { kind: 'partial', fromLsn: this.#fromLsn, toLsn: this.#origin.commitLsn } as const;
      const objects = Promise.resolve(named);
      await publisher.publish({ ...part, transactions: 0, objects, table, reading }, signal);
    })();
    watch(this.#kept);
  }

  #end(): void {
    const object = this.#object;
    if (object === undefined) return;
    this.#object = undefined;
    let key: string;
    do {
      if (++this.#part > this.#reserved) this.#reserve();
      key = this.#keyOf(this.#part);
    } while (!this.#own.has(key));
    const part = this.#part;
    const uploading = this.#world.roll.upload({ key, part, object }, this.#noted);
    void uploading.catch(() => undefined);
    this.#uploads.push({ key, logged: uploading });
  }

  /**
   * A checkpoint for each object would be many: the keys are known, because all of it stands at one position. Names of two
   * tables can come to one text, as those of a roll can: what another table has is passed over, or it would be replaced.
   */
  #reserve(): void {
    const { taken } = this.#world;
    const more = Array.from({ length: RESERVED }, () => this.#keyOf(++this.#reserved)).filter(
      (key) => !taken.has(key.toLowerCase()),
    );
    for (const key of more) {
      taken.add(key.toLowerCase());
      this.#own.add(key);
    }
    if (more.length === 0) return;
    this.#keys.push(...more);
    this.#noted = this.#world.roll.note(more);
    void this.#noted.catch(() => undefined);
  }

  #keyOf(part: number): string {
    return captureKey(this.#world.roll.keys, this.#begin.table, this.#origin, this.#origin, part);
  }
}

async function logged(
  uploads: readonly { readonly logged: Promise<LoggedObject> }[],
): Promise<readonly LoggedObject[]> {
  return await Promise.all(uploads.map((upload) => upload.logged));
}
