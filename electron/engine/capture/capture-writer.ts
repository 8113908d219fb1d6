/**
 * Writes a capture: changes go in, in the order of the history; objects, the log and the checkpoint come out:
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
import type { Reread } from '../../contract/capture-calls.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import type { PublishedTable } from './capture-source.ts';
import type { RollWorld } from './capture-roll.ts';
import { captureRunId } from './capture-run-id.ts';
import type { CaptureBatch } from './change.ts';
import {
  askReread,
  forgetReading,
  setPublished,
  setTables,
  type PublishedOthers,
} from './checkpoint-tables.ts';
import { claimCapture } from './claim-capture.ts';
import { DestinationPatience } from './destination-patience.ts';
import { IdleCheckpoint } from './idle-checkpoint.ts';
import { InTurn } from './in-turn.ts';
import { objectMaker } from './object-maker.ts';
import { ObjectUpload } from './object-upload.ts';
import { isBehind } from './roll-decision.ts';
import { RollPublisher } from './roll-publisher.ts';
import type { SilentChange } from './silent-changes.ts';
import { snapshotFloors, tableKey } from './snapshot-floors.ts';
import { StagingDisk } from './staging-disk.ts';
import { StagingGate } from './staging-gate.ts';
import { StreamStage } from './stream-stage.ts';
import { TableSnapshotWriter, type SnapshotBegin } from './table-snapshot-writer.ts';
import { DEFAULT_LIMITS, type CaptureWriterOptions, type WriterLimits } from './writer-options.ts';

export class CaptureWriter implements AsyncDisposable {
  readonly #options: CaptureWriterOptions;
  readonly #limits: WriterLimits;
  readonly #ledger: CaptureLedger;
  readonly #upload: ObjectUpload;
  readonly #publisher: RollPublisher;
  readonly #rollWorld: RollWorld;
  readonly #stage: StreamStage;
  readonly #disk: StagingDisk | undefined;
  readonly #gate: StagingGate;
  readonly #idle: IdleCheckpoint;
  /** Fires when nothing can be written any more, or nothing is to be. */
  readonly #broken = new AbortController();
  readonly #floors: Map<string, bigint>;
  readonly #snapshotKeys = new Set<string>();
  readonly #start: bigint;
  readonly #turn = new InTurn();
  #durable: bigint;

  private constructor(
    options: CaptureWriterOptions,
    ledger: CaptureLedger,
    patience: DestinationPatience,
    disk: StagingDisk | undefined,
  ) {
    const { spec, sink, claim } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#ledger = ledger;
    this.#start = this.#durable = parseLsn(ledger.checkpoint.durableLsn);
    this.#floors = snapshotFloors(ledger.checkpoint.tables);
    const { database } = claim.identity;
    this.#upload = new ObjectUpload({
      sink,
      ledger,
      patience,
      runId: captureRunId(claim.identity),
      format: spec.format,
      memoryBytes: this.#limits.stagedBytes / 2,
      onRelieved: () => this.#gate.look(),
    });
    this.#gate = new StagingGate(() => this.#upload.staged, this.#limits.stagedBytes);
    this.#idle = new IdleCheckpoint({
      clock: options.clock,
      intervalMs: this.#limits.idleMs,
      ledger,
      position: () => this.#idlePosition,
      onDurable: (lsn) => this.#onDurable(lsn),
      watch: (work) => this.#watch(work),
      signal: this.#signal,
    });
    this.#publisher = new RollPublisher({
      ledger,
      format: spec.format,
      compression: spec.compression,
      onDurable: (lsn) => this.#onDurable(lsn),
      onPublished: (entry) => {
        options.observer.onEntry?.(entry);
        this.#sealIfOld();
        this.#idle.consider();
      },
    });
    this.#disk = disk;
    this.#rollWorld = {
      spec,
      keys: { spec, database, prefix: sink.prefix },
      open: objectMaker(spec, database, disk),
      behind: () => isBehind(this.#publisher.outstanding),
      upload: (object, noted) => {
        const uploading = this.#upload.put(object, noted, this.#signal);
        // At once: a large transaction would otherwise be read on for nothing.
        this.#watch(uploading);
        return uploading;
      },
      note: (keys) => ledger.note(keys, this.#signal),
    };
    this.#stage = new StreamStage({
      roll: this.#rollWorld,
      clock: options.clock,
      limits: this.#limits,
      start: this.#start,
      floors: this.#floors,
      room: () => this.#gate.pass(this.#signal),
      onSealed: (transactions, objects) => {
        const { reached: toLsn } = this.#stage;
        this.#watch(this.#publisher.publish({ kind: 'changes', toLsn, transactions, objects }, this.#signal));
      },
      onRollTimer: () => this.#sealIfOld(),
    });
  }

  /**
   * Takes the job over and settles what the writer before it left. Waits while the destination is away.
   * @throws AppError `DEST_CAPTURE_FENCED`, `DEST_NO_JOB`, `DATA_STATE_INVALID`, or of the DEST_ family
   */
  static async open(options: CaptureWriterOptions, signal: AbortSignal): Promise<CaptureWriter> {
    const { spec, sink, clock, observer, limits, staging } = options;
    const patience = new DestinationPatience(observer, limits?.delays);
    const world = { job: spec.name, sink, clock, patience };
    const ledger = await claimCapture(world, options.claim, signal);
    if (!ledger.checkpoint.fenced) {
      observer.onNote(
        'The destination takes writes whatever their condition: nothing but the slot keeps a second writer away.',
      );
    }
    // Behind the claim: whoever wrote before must not lose its files while the job is still its own.
    const disk = staging && (await StagingDisk.open(staging, (note) => observer.onNote(note)));
    return new CaptureWriter(options, ledger, patience, disk);
  }

  /** Where the stream is to be read from. What it has from before is left out. */
  get start(): bigint {
    return this.#start;
  }

  /** As it was written last. */
  get checkpoint(): CaptureCheckpoint {
    return this.#ledger.checkpoint;
  }

  /** True between the first change of a transaction and its commit: {@link stop} gives up what it has of it. */
  get inTransaction(): boolean {
    return this.#stage.inTransaction;
  }

  /**
   * Takes the next items of the stream. Their tuples may be changed when this is over. Waits while too much is on its
   * way. @throws what ended the writer
   */
  async write(batch: CaptureBatch): Promise<void> {
    await this.#inTurn(() => this.#stage.take(batch));
    this.#idle.consider();
  }

  /** Says which tables are captured, and which of them are to be read: those that are known keep their state. */
  async setTables(wanted: readonly TableSnapshot[]): Promise<void> {
    await setTables(this.#ledger, wanted, this.#signal);
  }

  /** Notes which tables are to be read anew, later, or on. None of them may be being read. */
  async reread(asked: Reread): Promise<void> {
    await askReread(this.#ledger, asked, this.#signal);
  }

  /** How tables are published and stored from now on; see the function. */
  setPublished(now: readonly PublishedTable[], others: PublishedOthers): Promise<readonly SilentChange[]> {
    return setPublished(this.#ledger, now, others, this.#signal);
  }

  /**
   * Begins the snapshot of a table, or goes on with it. From now on its changes that were committed before are left out:
   * before `lsn`, or where the reading began.
   */
  async snapshotTable(begin: SnapshotBegin): Promise<TableSnapshotWriter> {
    this.#signal.throwIfAborted();
    const { table, before } = begin;
    // Before the floor moves: an earlier reading could not go on any more without the changes that are left out then.
    if (before === undefined) await forgetReading(this.#ledger, table, this.#signal);
    this.#floors.set(tableKey(table), before === undefined ? begin.lsn : parseLsn(before.fromLsn));
    return new TableSnapshotWriter(begin, {
      roll: this.#rollWorld,
      ledger: this.#ledger,
      sink: this.#options.sink,
      clock: this.#options.clock,
      runId: captureRunId(this.#options.claim.identity),
      publisher: this.#publisher,
      taken: this.#snapshotKeys,
      room: () => this.#gate.pass(this.#signal),
      watch: (work) => this.#watch(work),
      signal: this.#signal,
    });
  }

  /** Ends the roll, and comes back when all that was committed is durable. */
  async flush(): Promise<void> {
    await this.#inTurn(async () => this.#stage.seal());
    await this.#publisher.settled();
  }

  /**
   * Ends in good order: all that was committed becomes durable, and the checkpoint says that nobody writes. Of a
   * transaction whose end has not come nothing is kept: it comes again.
   */
  async stop(): Promise<void> {
    await this.flush();
    await this.#inTurn(async () => {
      this.#idle.stop();
      const reached = this.#stage.isEmpty ? this.#stage.reached : this.#durable;
      await this.#ledger.change(
        (state) => ({ ...state, writer: null, durableLsn: formatLsn(reached) }),
        this.#signal,
      );
      this.#onDurable(reached);
    });
  }

  /** Gives up what is on its way: the next start removes it. Does nothing after {@link stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#idle.stop();
    this.#broken.abort(new Error('The capture was given up.'));
    this.#gate.look();
    this.#stage.destroy();
    await Promise.allSettled([
      this.#turn.settled(),
      this.#idle.settled(),
      this.#publisher.settled(),
      this.#upload.settled(),
    ]);
    await this.#disk?.[Symbol.asyncDispose]();
  }

  /** Fires with what has ended the writer, also while nobody calls it: the stream can be silent for hours. */
  get ended(): AbortSignal {
    return this.#signal;
  }

  get #signal(): AbortSignal {
    return this.#broken.signal;
  }

  #onDurable(lsn: bigint): void {
    if (lsn <= this.#durable) return;
    this.#durable = lsn;
    this.#options.observer.onDurable(lsn);
  }

  /** Up to where the stream has nothing for us, where it has gone on: the server could let go of WAL. */
  get #idlePosition(): bigint | undefined {
    const { isEmpty, reached } = this.#stage;
    return isEmpty && this.#publisher.outstanding === 0 && reached > this.#durable ? reached : undefined;
  }

  /** In its turn, because a batch may be in the middle of a transaction. */
  #sealIfOld(): void {
    this.#watch(this.#inTurn(async () => this.#stage.sealIfOld()));
  }

  /** One after the other: what the timers do must not come between the changes of a batch. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    await this.#turn.run(() => {
      this.#signal.throwIfAborted();
      return work();
    });
  }

  /** What nobody waits for ends the writer: the next call throws it. */
  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#broken.abort(error);
      this.#gate.look();
    });
  }
}
