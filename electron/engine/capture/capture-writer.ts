/**
 * Writes a capture: changes go in, in the order of the history; objects, the log and the checkpoint come out. What a
 * caller has to do is little:
 *
 *     const found = await readCheckpoint(sink, job, signal)        // where to read from, or that the job is new
 *     const stream = await source.open({ from: found.checkpoint.durableLsn })  // gets hold of the slot
 *     await using writer = await CaptureWriter.open(options, signal)           // raises the epoch, settles what a crash left
 *     for await (const batch of stream.read(signal)) await writer.write(batch)
 *     await writer.stop()
 *
 * `onDurable` says what may be acknowledged. Transactions that are in the log already are left out by the writer, and so
 * are changes of a table that its snapshot has. `write` waits while too much is on its way, and for as long as the
 * destination is away; what cannot pass is thrown by it, by `stop` and by the snapshots.
 */
import type { CaptureCheckpoint, TableSnapshot } from '../../contract/capture-log.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { captureRunId } from './capture-run-id.ts';
import type { CaptureBatch, CaptureItem, Change } from './change.ts';
import { claimCapture, type CaptureClaim } from './claim-capture.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import { CaptureRoll, type RollWorld } from './capture-roll.ts';
import {
  DEFAULT_DELAYS,
  DestinationPatience,
  type Delays,
  type OutageObserver,
} from './destination-patience.ts';
import type { ChangeOrigin } from './encode/change-encoder.ts';
import { createLineEncoder } from './encode/create-line-encoder.ts';
import { ObjectUpload } from './object-upload.ts';
import { OpenObject } from './open-object.ts';
import { RollPublisher } from './roll-publisher.ts';
import { snapshotFloors, tableKey } from './snapshot-floors.ts';
import { TableSnapshotWriter } from './table-snapshot-writer.ts';
import { WriterTally } from './writer-tally.ts';

const MIB = 1024 ** 2;

/** Bounds in bytes and times in milliseconds; left out where nobody tests. */
export interface WriterLimits {
  /** Memory of objects that have ended and are on their way: beyond it `write` waits. */
  readonly stagedBytes: number;
  /** Memory of objects that are open: beyond it the largest ends. */
  readonly openBytes: number;
  /** What an object may give to its compressor before it is waited for. */
  readonly backlogBytes: number;
  /** How often the position of an idle stream is written at most. */
  readonly idleMs: number;
  readonly delays: Delays;
}

export const DEFAULT_LIMITS: WriterLimits = {
  stagedBytes: 96 * MIB,
  openBytes: 128 * MIB,
  backlogBytes: 2 * MIB,
  idleMs: 10_000,
  delays: DEFAULT_DELAYS,
};

export interface CaptureWriterObserver extends OutageObserver {
  /** Everything up to here is in the log and in the checkpoint: the slot may be told. Only goes up. */
  onDurable(lsn: bigint): void;
  /** Something that whoever looks at the capture should know. */
  onNote(message: string): void;
}

export interface CaptureWriterOptions {
  readonly spec: CaptureSpec;
  readonly sink: ObjectSink;
  readonly clock: Clock;
  /** Who writes what, and where a new job begins. */
  readonly claim: CaptureClaim;
  readonly observer: CaptureWriterObserver;
  readonly limits?: Partial<WriterLimits>;
}

interface Transaction {
  readonly origin: ChangeOrigin;
  /** In the log already. */
  readonly skip: boolean;
  total: number;
  readonly inTable: Map<Change['shape'], number>;
}

export class CaptureWriter implements AsyncDisposable {
  readonly #options: CaptureWriterOptions;
  readonly #limits: WriterLimits;
  readonly #ledger: CaptureLedger;
  readonly #upload: ObjectUpload;
  readonly #publisher: RollPublisher;
  readonly #rollWorld: RollWorld;
  readonly #tally = new WriterTally();
  /** Fires when nothing can be written any more, or nothing is to be. */
  readonly #broken = new AbortController();
  readonly #floors: Map<string, bigint>;
  readonly #start: bigint;
  #turn: Promise<void> = Promise.resolve();
  #transaction: Transaction | undefined;
  #roll: CaptureRoll | undefined;
  #rollTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #idleSince = -Infinity;
  /** End of the last transaction, or of the WAL where the server says that nothing else is in it. */
  #reached: bigint;
  #durable: bigint;
  #wake: (() => void)[] = [];

  private constructor(options: CaptureWriterOptions, ledger: CaptureLedger, patience: DestinationPatience) {
    const { spec, sink, claim } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#ledger = ledger;
    this.#start = this.#reached = this.#durable = parseLsn(ledger.checkpoint.durableLsn);
    this.#floors = snapshotFloors(ledger.checkpoint.tables);
    const { database } = claim.identity;
    this.#upload = new ObjectUpload({
      sink,
      ledger,
      patience,
      runId: captureRunId(claim.identity),
      format: spec.format,
      onUploaded: () => this.#wakeAll(),
    });
    this.#publisher = new RollPublisher({
      ledger,
      format: spec.format,
      compression: spec.compression,
      onDurable: (lsn) => this.#onDurable(lsn),
      onPublished: (roll, objects) => {
        this.#tally.published(roll, objects);
        this.#considerIdle();
      },
    });
    const facts = { job: spec.name, database, unchanged: spec.unchanged };
    this.#rollWorld = {
      spec,
      keys: { spec, database, prefix: sink.prefix },
      open: (shape) => new OpenObject(shape, createLineEncoder(spec.format, shape, facts), spec.compression),
      upload: (object, noted) => {
        const uploading = this.#upload.put(object, noted, this.#signal);
        // At once: a large transaction would otherwise be read on for nothing.
        this.#watch(uploading);
        return uploading;
      },
      note: (keys) =>
        ledger.change((state) => ({ ...state, pending: [...state.pending, ...keys] }), this.#signal),
    };
  }

  /**
   * Takes the job over and settles what the writer before it left. Waits while the destination is away.
   * @throws AppError `DEST_CAPTURE_FENCED`, `DEST_NO_JOB`, `DATA_STATE_INVALID`, or of the DEST_ family
   */
  static async open(options: CaptureWriterOptions, signal: AbortSignal): Promise<CaptureWriter> {
    const { spec, sink, clock, observer, limits } = options;
    const patience = new DestinationPatience(observer, limits?.delays);
    const world = { job: spec.name, sink, clock, patience };
    const ledger = await claimCapture(world, options.claim, signal);
    if (!ledger.checkpoint.fenced) {
      observer.onNote(
        'The destination takes writes whatever their condition: nothing but the slot keeps a second writer away.',
      );
    }
    return new CaptureWriter(options, ledger, patience);
  }

  /** Where the stream is to be read from. What it has from before is left out. */
  get start(): bigint {
    return this.#start;
  }

  /** Everything up to here is at the destination. */
  get durable(): bigint {
    return this.#durable;
  }

  /** As it was written last: tables, epoch, sequence. */
  get checkpoint(): CaptureCheckpoint {
    return this.#ledger.checkpoint;
  }

  /** Counts since this writer began. */
  get tally(): WriterTally {
    return this.#tally;
  }

  /** True between the first change of a transaction and its commit: {@link stop} gives up what it has of it. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /**
   * Takes the next items of the stream. Their tuples may be changed when this is over. Waits while too much is on its
   * way. @throws what ended the writer
   */
  async write(batch: CaptureBatch): Promise<void> {
    await this.#inTurn(() => this.#write(batch));
  }

  /** Says which tables are captured, and which of them are to be read: those that are known keep their state. */
  async setTables(wanted: readonly TableSnapshot[]): Promise<void> {
    await this.#ledger.change((state) => {
      const known = new Map(state.tables.map((each) => [tableKey(each.table), each]));
      return { ...state, tables: wanted.map((each) => known.get(tableKey(each.table)) ?? each) };
    }, this.#signal);
  }

  /**
   * Begins the snapshot of a table. From now on its changes that were committed before `lsn` are left out.
   * @param at when the snapshot was taken; the same whenever the same snapshot is read
   */
  snapshotTable(
    table: CapturedTable,
    { lsn, at }: { readonly lsn: bigint; readonly at: Date },
  ): TableSnapshotWriter {
    this.#signal.throwIfAborted();
    this.#floors.set(tableKey(table), lsn);
    return new TableSnapshotWriter(
      { table, lsn, at },
      {
        roll: this.#rollWorld,
        ledger: this.#ledger,
        sink: this.#options.sink,
        runId: captureRunId(this.#options.claim.identity),
        publisher: this.#publisher,
        tally: this.#tally,
        room: () => this.#room(),
        signal: this.#signal,
      },
    );
  }

  /** Ends the roll, and comes back when all that was committed is durable. */
  async flush(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#transaction === undefined) this.#seal();
    });
    await this.#publisher.settled();
  }

  /**
   * Ends in good order: all that was committed becomes durable, and the checkpoint says that nobody writes. Of a
   * transaction whose end has not come nothing is kept: it comes again.
   */
  async stop(): Promise<void> {
    await this.flush();
    await this.#inTurn(async () => {
      clearTimeout(this.#idleTimer);
      const reached = this.#roll === undefined ? this.#reached : this.#durable;
      await this.#ledger.change(
        (state) => ({ ...state, writer: null, durableLsn: formatLsn(reached) }),
        this.#signal,
      );
      this.#onDurable(reached);
    });
  }

  /** Gives up what is on its way: the next start removes it. Does nothing after {@link stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#rollTimer);
    clearTimeout(this.#idleTimer);
    this.#broken.abort(new Error('The capture was given up.'));
    this.#wakeAll();
    this.#roll?.destroy();
    await Promise.allSettled([this.#turn, this.#publisher.settled(), this.#upload.settled()]);
  }

  get #signal(): AbortSignal {
    return this.#broken.signal;
  }

  async #write(batch: CaptureBatch): Promise<void> {
    for (const item of batch) {
      if (item.kind === 'change') {
        const object = this.#add(item);
        if (object !== undefined) await this.#relieve(object);
      } else this.#pass(item);
    }
    await this.#room();
  }

  #pass(item: Exclude<CaptureItem, Change>): void {
    switch (item.kind) {
      case 'begin':
        this.#transaction = {
          origin: { xid: item.xid, commitLsn: item.commitLsn, time: item.time },
          skip: item.commitLsn < this.#start,
          total: 0,
          inTable: new Map(),
        };
        return;
      case 'commit':
        this.#commit(item.endLsn);
        return;
      case 'position':
        this.#reach(item.lsn);
        this.#considerIdle();
    }
  }

  /** @returns the object, where it is time to look at how large it is */
  #add(change: Change): OpenObject | undefined {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new RangeError('a change lies outside of a transaction');
    if (transaction.skip) return undefined;
    const total = ++transaction.total;
    const inTable = (transaction.inTable.get(change.shape) ?? 0) + 1;
    transaction.inTable.set(change.shape, inTable);
    const floor = this.#floorOf(change);
    if (floor !== undefined && transaction.origin.commitLsn < floor) return undefined;
    this.#roll ??= this.#beginRoll();
    return this.#roll.add(change, transaction.origin, { total, inTable });
  }

  #floorOf({ shape }: Change): bigint | undefined {
    return this.#floors.size === 0 ? undefined : this.#floors.get(tableKey(shape.file.table));
  }

  #beginRoll(): CaptureRoll {
    this.#rollTimer = setTimeout(() => this.#onRollTimer(), this.#options.spec.rollSeconds * 1000);
    return new CaptureRoll(this.#rollWorld, this.#options.clock.monotonicMs());
  }

  #commit(endLsn: bigint): void {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    this.#reach(endLsn);
    if (transaction === undefined || transaction.skip) return;
    this.#tally.committed(transaction.total);
    if (this.#roll === undefined) {
      this.#considerIdle();
      return;
    }
    this.#roll.transactions++;
    if (this.#roll.isDue(this.#options.clock.monotonicMs())) this.#seal();
  }

  /** Between transactions only. */
  #seal(): void {
    const roll = this.#roll;
    if (roll === undefined) return;
    clearTimeout(this.#rollTimer);
    this.#roll = undefined;
    const { transactions } = roll;
    const ended = { kind: 'changes' as const, toLsn: this.#reached, transactions, objects: roll.end() };
    this.#watch(this.#publisher.publish(ended, this.#signal));
  }

  #onRollTimer(): void {
    // In its turn, because a batch may be in the middle of a transaction. One whose end has not come ends the roll.
    this.#watch(
      this.#inTurn(async () => {
        if (this.#transaction === undefined) this.#seal();
      }),
    );
  }

  /** Waits for the compressor, and ends objects that have become too large. */
  async #relieve(object: OpenObject): Promise<void> {
    const roll = this.#roll;
    if (roll === undefined) return;
    if (roll.cutIfDue(object)) await this.#room();
    else if (object.backlog > this.#limits.backlogBytes) await object.settle();
    let weight = 0;
    let largest = object;
    for (const each of roll.objects()) {
      weight += each.weight;
      if (each.weight > largest.weight) largest = each;
    }
    if (weight <= this.#limits.openBytes) return;
    roll.cut(largest);
    await this.#room();
  }

  /** Waits while too much is on its way: here back-pressure begins. */
  async #room(): Promise<void> {
    this.#signal.throwIfAborted();
    while (this.#upload.staged > this.#limits.stagedBytes) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
      this.#signal.throwIfAborted();
    }
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  #reach(lsn: bigint): void {
    if (lsn > this.#reached) this.#reached = lsn;
  }

  #onDurable(lsn: bigint): void {
    if (lsn <= this.#durable) return;
    this.#durable = lsn;
    this.#options.observer.onDurable(lsn);
  }

  /** Moves the checkpoint of a stream that has nothing for us, so that the server can let go of its WAL. */
  #considerIdle(): void {
    if (this.#roll !== undefined || this.#transaction !== undefined || this.#publisher.outstanding > 0)
      return;
    if (this.#reached <= this.#durable || this.#idleTimer !== undefined) return;
    const wait = this.#idleSince + this.#limits.idleMs - this.#options.clock.monotonicMs();
    this.#idleTimer = setTimeout(() => this.#watch(this.#inTurn(() => this.#writeIdle())), Math.max(wait, 0));
    this.#idleTimer.unref();
  }

  async #writeIdle(): Promise<void> {
    this.#idleTimer = undefined;
    if (this.#roll !== undefined || this.#transaction !== undefined || this.#publisher.outstanding > 0)
      return;
    const reached = this.#reached;
    if (reached <= this.#durable) return;
    this.#idleSince = this.#options.clock.monotonicMs();
    await this.#ledger.change((state) => ({ ...state, durableLsn: formatLsn(reached) }), this.#signal);
    this.#onDurable(reached);
  }

  /** One after the other: what the timers do must not come between the changes of a batch. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(() => {
      this.#signal.throwIfAborted();
      return work();
    });
    this.#turn = mine.catch(() => undefined);
    await mine;
  }

  /** What nobody waits for ends the writer: the next call throws it. */
  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#broken.abort(error);
      this.#wakeAll();
    });
  }
}
