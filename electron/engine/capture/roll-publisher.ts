/**
 * Makes rolls durable, in the order in which they ended: objects, entry, checkpoint, and then whoever tells the slot.
 * While one is on its way the next is written.
 */
import type { CaptureFormat } from '../../contract/capture-spec.ts';
import type { CapturedTable } from '../../contract/capture-spec.ts';
import type { CaptureLogEntry, LoggedObject, TableReading } from '../../contract/capture-log.ts';
import type { Compression } from '../../contract/format.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import { withEntries } from './claim-capture.ts';

/** A roll that has ended, or a snapshot of a table, or a part of one. */
export interface EndedRoll {
  readonly kind: 'changes' | 'snapshot' | 'partial';
  /** Of a snapshot, where its reading began. */
  readonly fromLsn?: bigint;
  readonly toLsn: bigint;
  readonly transactions: number;
  readonly objects: Promise<readonly LoggedObject[]>;
  readonly table?: CapturedTable;
  readonly reading?: TableReading;
  /** Keys that were noted and came to nothing. */
  readonly unused?: readonly string[];
}

export interface PublisherWorld {
  readonly ledger: CaptureLedger;
  readonly format: CaptureFormat;
  readonly compression: Compression;
  /** Everything up to here is in the log and the checkpoint. */
  readonly onDurable: (lsn: bigint) => void;
  readonly onPublished: (entry: CaptureLogEntry) => void;
}

export class RollPublisher {
  readonly #world: PublisherWorld;
  #last: Promise<void> = Promise.resolve();
  #outstanding = 0;

  constructor(world: PublisherWorld) {
    this.#world = world;
  }

  /** Rolls that have ended and are not durable. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Comes back when it is durable, as are all before it. @throws what made it impossible: then nothing follows */
  publish(roll: EndedRoll, signal: AbortSignal): Promise<void> {
    this.#outstanding++;
    const before = this.#last;
    this.#last = (async () => {
      const [objects] = await Promise.all([roll.objects, before]);
      const entry = await this.#commit(roll, objects, signal);
      this.#outstanding--;
      this.#world.onPublished(entry);
    })();
    // Whoever settles hears of it too.
    void this.#last.catch(() => undefined);
    return this.#last;
  }

  /** Comes back when nothing is on its way. @throws what made it impossible */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #commit(
    roll: EndedRoll,
    objects: readonly LoggedObject[],
    signal: AbortSignal,
  ): Promise<CaptureLogEntry> {
    const { ledger, format, compression, onDurable } = this.#world;
    const { kind, transactions, table, reading, unused = [] } = roll;
    const toLsn = formatLsn(roll.toLsn);
    const entry = await ledger.append(
      {
        kind,
        fromLsn: kind === 'changes' ? ledger.checkpoint.durableLsn : formatLsn(roll.fromLsn ?? roll.toLsn),
        toLsn,
        format,
        compression,
        transactions,
        objects: [...objects],
        ...(table === undefined ? {} : { table }),
        ...(reading === undefined ? {} : { reading }),
      },
      signal,
    );
    await ledger.change((checkpoint) => {
      const next = withEntries(checkpoint, [entry]);
      return { ...next, pending: next.pending.filter((key) => !unused.includes(key)) };
    }, signal);
    onDurable(parseLsn(ledger.checkpoint.durableLsn));
    return entry;
  }
}
