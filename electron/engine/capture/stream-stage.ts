/**
 * Puts the changes of the stream into the objects of a roll, and ends the roll at a commit. Keeps no more memory than it
 * was given, whatever the number of tables and the length of a transaction.
 */
import type { LoggedObject } from '../../contract/capture-log.ts';
import type { Clock } from '../ports.ts';
import { CaptureRoll, type RollWorld } from './capture-roll.ts';
import type { CaptureBatch, CaptureItem, Change } from './change.ts';
import { movedRow } from './moved-rows.ts';
import type { OpenObject } from './open-object.ts';
import { OpenTransaction } from './open-transaction.ts';
import { tableKey } from './snapshot-floors.ts';
import type { WriterLimits } from './writer-options.ts';

export interface StageWorld {
  readonly roll: RollWorld;
  readonly clock: Clock;
  readonly limits: Pick<WriterLimits, 'openBytes' | 'backlogBytes'>;
  /** Transactions that were committed before it are in the log. */
  readonly start: bigint;
  /** By {@link tableKey}: changes that were committed before it are left out. */
  readonly floors: ReadonlyMap<string, bigint>;
  /** Waits while too much is on its way. */
  readonly room: () => Promise<void>;
  /** A roll has ended, with all transactions up to {@link StreamStage.reached}. */
  readonly onSealed: (transactions: number, objects: Promise<readonly LoggedObject[]>) => void;
  /** The oldest change of the roll is as old as it may become. */
  readonly onRollTimer: () => void;
}

export class StreamStage {
  readonly #world: StageWorld;
  #transaction: OpenTransaction | undefined;
  #roll: CaptureRoll | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The timer of the roll has gone. */
  #old = false;
  #reached: bigint;

  constructor(world: StageWorld) {
    this.#world = world;
    this.#reached = world.start;
  }

  /** End of the last transaction, or of the WAL where the server says that nothing else is in it. */
  get reached(): bigint {
    return this.#reached;
  }

  /** True between the beginning of a transaction and its commit. */
  get inTransaction(): boolean {
    return this.#transaction !== undefined;
  }

  /** True where there is nothing that is not sealed. */
  get isEmpty(): boolean {
    return this.#roll === undefined && this.#transaction === undefined;
  }

  async take(batch: CaptureBatch): Promise<void> {
    for (const item of batch) {
      if (item.kind === 'change') {
        for (const change of this.#changesOf(item)) {
          const object = this.#add(change);
          if (object !== undefined) await this.#relieve(object);
        }
      } else this.#pass(item);
    }
    await this.#world.room();
  }

  /** Ends the roll where it is older than it may become, and the destination is not behind. */
  sealIfOld(): void {
    if (this.#old && !this.#world.roll.behind()) this.seal();
  }

  /** Ends the roll, where no transaction is open: one whose end has not come will end it. */
  seal(): void {
    const roll = this.#roll;
    if (roll === undefined || this.#transaction !== undefined) return;
    clearTimeout(this.#timer);
    this.#old = false;
    this.#roll = undefined;
    this.#world.onSealed(roll.transactions, roll.end());
  }

  /** Gives up what it has. */
  destroy(): void {
    clearTimeout(this.#timer);
    this.#roll?.destroy();
    this.#roll = undefined;
  }

  /** The envelope of Debezium has a row that moves to another key twice. */
  #changesOf(change: Change): readonly Change[] {
    const { format } = this.#world.roll.spec;
    return (format === 'jsonl' ? movedRow(change) : undefined) ?? [change];
  }

  #pass(item: Exclude<CaptureItem, Change>): void {
    switch (item.kind) {
      case 'begin':
        this.#transaction = new OpenTransaction(item, item.commitLsn < this.#world.start);
        return;
      case 'commit':
        this.#reach(item.endLsn);
        this.#commit();
        return;
      case 'position':
        this.#reach(item.lsn);
    }
  }

  /** @returns the object, where it is time to look at how large it is */
  #add(change: Change): OpenObject | undefined {
    const transaction = this.#transaction;
    if (transaction === undefined) throw new RangeError('a change lies outside of a transaction');
    if (transaction.skip) return undefined;
    const { origin } = transaction;
    const order = transaction.count(change);
    const floor = this.#floorOf(change);
    if (floor !== undefined && origin.commitLsn < floor) return undefined;
    this.#roll ??= this.#begin();
    return this.#roll.add(change, origin, order);
  }

  #floorOf({ shape }: Change): bigint | undefined {
    const { floors } = this.#world;
    return floors.size === 0 ? undefined : floors.get(tableKey(shape.file.table));
  }

  #begin(): CaptureRoll {
    const { roll, clock, onRollTimer } = this.#world;
    this.#timer = setTimeout(() => {
      this.#old = true;
      onRollTimer();
    }, roll.spec.rollSeconds * 1000);
    return new CaptureRoll(roll, clock.monotonicMs());
  }

  #commit(): void {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    if (transaction === undefined || transaction.skip) return;
    if (this.#roll === undefined) return;
    this.#roll.transactions++;
    if (this.#roll.isDue(this.#world.clock.monotonicMs())) this.seal();
  }

  #reach(lsn: bigint): void {
    if (lsn > this.#reached) this.#reached = lsn;
  }

  /** Waits for the compressor, and ends objects that have become too large. */
  async #relieve(object: OpenObject): Promise<void> {
    const roll = this.#roll;
    if (roll === undefined) return;
    const { limits, room } = this.#world;
    if (roll.cutIfDue(object)) await room();
    else if (object.backlog > limits.backlogBytes) await object.settle();
    let weight = 0;
    let largest: OpenObject | undefined;
    for (const each of roll.objects()) {
      weight += each.weight;
      if (largest === undefined || each.weight > largest.weight) largest = each;
    }
    if (largest === undefined || weight <= limits.openBytes) return;
    roll.cut(largest);
    await room();
  }
}
