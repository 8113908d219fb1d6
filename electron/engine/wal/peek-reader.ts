/**
 * One peek from its first page to its end. It reads ahead by one page and stops there: then the queue of the stream is
 * full, the socket is paused, and the server waits. What ends it is counted here and not by the server, whose own limits
 * are looked at only when a transaction ends.
 *
 * Bound: a page of 500 changes or PAGE_BYTES, and the queue of the stream.
 */
import { AppError } from '../../contract/app-error.ts';
import type { ErrorCode } from '../../contract/error-table.ts';
import {
  PEEK_PAGE_LIMIT,
  type PeekChange,
  type PeekEnd,
  type PeekFilter,
  type PeekLimits,
  type PeekPage,
} from '../../contract/peek.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import type { Clock } from '../ports.ts';
import type { FoundChange, PeekDecoder, PeekEvent } from './peek-event.ts';
import { matchesFilter } from './peek-filter.ts';
import { PgoutputChanges } from './pgoutput-changes.ts';
import { TextChanges } from './text-changes.ts';
import { TransactionBook } from './transaction-book.ts';
import type { OpenPeek, WalItem } from './wal-source.ts';

/** Bytes of changes that a page carries; one change can be larger by itself. */
const PAGE_BYTES = 512 * 1024;

/**
 * The last record can end before the end of the WAL, in the middle of which the server was asked. A server that stands
 * still so near to the end, for so long, has nothing more.
 */
const LAST_BYTES = 16n * 1024n;
const STANDSTILL_MS = 2_000;

/** What pgoutput cannot read, and test_decoding can. */
const FALLBACKS: Partial<Record<ErrorCode, string>> = {
  SLOT_NO_PUBLICATION:
    'The publication is younger than the WAL that this slot holds, and pgoutput cannot read from before it',
  SLOT_PUBLICATIONS_DIFFER:
    'Two publications have different columns of one table, which pgoutput cannot join',
};

export interface PeekReaderOptions {
  readonly peek: OpenPeek;
  /** Opens it again with test_decoding; undefined where the plugin was asked for by name. */
  readonly fallback: (() => Promise<OpenPeek>) | undefined;
  /** True where there is a slot behind it, whose pending changes have an end. */
  readonly ends: boolean;
  readonly limits: PeekLimits;
  readonly filter: PeekFilter | undefined;
  readonly valueLimit: number;
  readonly clock: Clock;
}

export class PeekReader {
  readonly #options: PeekReaderOptions;
  readonly #book = new TransactionBook();
  readonly #upto: bigint | undefined;
  #peek: OpenPeek;
  #decoder: PeekDecoder;
  #page: PeekChange[] = [];
  #pageBytes = 0;
  #withdrawn: number[] = [];
  /** Indexes of changes by the subtransaction that may yet be rolled back. */
  readonly #bySubXid = new Map<number, number[]>();
  #warnings: string[] = [];
  /** How far the server is, and where the last change was that it has sent. */
  #lsn: bigint;
  #changeLsn = 0n;
  #changes = 0;
  #bytes = 0;
  #startedMs: number | undefined;
  #movedMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #end: PeekEnd | null = null;
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #disposed: Promise<void> | undefined;
  #arrived = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();

  constructor(options: PeekReaderOptions) {
    this.#options = options;
    this.#peek = options.peek;
    this.#decoder = this.#decoderOf(options.peek);
    this.#lsn = options.peek.startLsn;
    const { uptoLsn } = options.limits;
    this.#upto = uptoLsn === undefined ? undefined : parseLsn(uptoLsn);
  }

  /**
   * What has come since the last page; waits while there is nothing. Begins to read with the first page.
   * @throws AppError of the families SLOT_ and SOURCE_
   */
  async next(waitMs: number): Promise<PeekPage> {
    if (this.#startedMs === undefined) this.#start();
    if (this.#isEmpty()) await this.#wait(waitMs);
    if (this.#failure !== undefined && this.#isEmpty()) throw this.#failure.error;
    return this.#take();
  }

  /** Resolves when the server has let go of the slot. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#arrived.resolve();
    this.#taken.resolve();
    await this.#dispose();
  }

  #start(): void {
    this.#startedMs = this.#movedMs = this.#now();
    this.#timer = setTimeout(() => this.#finish('seconds'), this.#options.limits.seconds * 1_000);
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      await this.#readAll();
    } catch (error) {
      // Ended by us: that the stream breaks is what we wanted.
      if (this.#end === null && !this.#closed) this.#failure = { error };
    }
    clearTimeout(this.#timer);
    this.#arrived.resolve();
  }

  async #readAll(): Promise<void> {
    try {
      await this.#read();
    } catch (error) {
      const reason = error instanceof AppError ? FALLBACKS[error.code] : undefined;
      const { fallback } = this.#options;
      if (reason === undefined || fallback === undefined || this.#changes > 0 || this.#closed) throw error;
      this.#warnings.push(`${reason}: shown with test_decoding.`);
      await this.#peek[Symbol.asyncDispose]();
      this.#peek = await fallback();
      this.#decoder = this.#decoderOf(this.#peek);
      // Closed while it was being opened again: then close has waited for the first one.
      if (this.#closed || this.#end !== null) await this.#peek[Symbol.asyncDispose]();
      else await this.#read();
    }
  }

  async #read(): Promise<void> {
    for await (const item of this.#peek.read()) {
      if (this.#end !== null || this.#closed) return;
      this.#look(item);
      if (this.#isFull() && this.#end === null) {
        await this.#taken.promise;
        // Time in which nobody asked is no time in which the server stood still.
        this.#movedMs = this.#now();
      }
    }
  }

  #look(item: WalItem): void {
    if (item.kind === 'data') {
      this.#movedMs = this.#now();
      this.#bytes += item.bytes.length;
      this.#changeLsn = item.lsn;
      for (const event of this.#decoder.decode(item.bytes, item.lsn)) this.#apply(event);
      if (this.#bytes >= this.#options.limits.bytes) this.#finish('bytes');
      return;
    }
    if (item.lsn > this.#lsn) {
      this.#lsn = item.lsn;
      this.#movedMs = this.#now();
    }
    if (this.#upto !== undefined && this.#lsn >= this.#upto) this.#finish('lsn');
    if (this.#options.ends && this.#isAtEnd()) this.#finish('caughtUp');
  }

  #isAtEnd(): boolean {
    const { endLsn } = this.#peek;
    if (this.#lsn >= endLsn) return true;
    return endLsn - this.#lsn < LAST_BYTES && this.#now() - this.#movedMs >= STANDSTILL_MS;
  }

  #apply(event: PeekEvent): void {
    if (this.#end !== null) return;
    switch (event.kind) {
      case 'begin':
        if (event.commitLsn !== null) this.#checkCommit(event.commitLsn);
        if (this.#end === null) this.#book.begin(event);
        return;
      case 'origin':
        this.#book.origin(event.xid, event.origin);
        return;
      case 'change':
        if (matchesFilter(event.change, this.#options.filter)) this.#show(event.change);
        return;
      case 'end':
        this.#book.end(event);
        this.#arrived.resolve();
        return;
      case 'withdraw':
        this.#withdrawn.push(...(this.#bySubXid.get(event.subXid) ?? []));
        this.#bySubXid.delete(event.subXid);
    }
  }

  /** A transaction that was committed after the end is none of those that were asked for. */
  #checkCommit(commitLsn: bigint): void {
    if (this.#upto !== undefined && commitLsn > this.#upto) this.#finish('lsn');
    else if (this.#options.ends && commitLsn >= this.#peek.endLsn) this.#finish('caughtUp');
  }

  #show({ subXid, ...change }: FoundChange): void {
    const index = this.#changes++;
    this.#page.push({ index, ...change });
    this.#pageBytes += Math.min(change.bytes, this.#options.valueLimit * change.columns.length + 1_000);
    this.#book.count(change.xid, change.bytes);
    if (subXid !== undefined) {
      const indexes = this.#bySubXid.get(subXid);
      if (indexes === undefined) this.#bySubXid.set(subXid, [index]);
      else indexes.push(index);
    }
    if (this.#changes >= this.#options.limits.changes) this.#finish('changes');
    this.#arrived.resolve();
  }

  #finish(end: PeekEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    clearTimeout(this.#timer);
    this.#arrived.resolve();
    this.#taken.resolve();
    // Nothing more is wanted: the slot and its connection need not wait for the last page.
    void this.#dispose();
  }

  /** Once: the second that asks waits for the first. */
  #dispose(): Promise<void> {
    this.#disposed ??= (async () => await this.#peek[Symbol.asyncDispose]())();
    return this.#disposed;
  }

  async #wait(waitMs: number): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(() => timeout.resolve(), waitMs);
    await Promise.race([this.#arrived.promise, timeout.promise]);
    clearTimeout(timer);
  }

  #take(): PeekPage {
    const page: PeekPage = {
      transactions: this.#book.take(),
      changes: this.#page,
      withdrawn: this.#withdrawn,
      plugin: this.#peek.plugin,
      warnings: this.#warnings,
      progress: {
        lsn: formatLsn(this.#lsn > this.#changeLsn ? this.#lsn : this.#changeLsn),
        changes: this.#changes,
        bytes: this.#bytes,
        elapsedMs: Math.round(this.#now() - (this.#startedMs ?? 0)),
      },
      // Changes that have not been given yet come with the next page, and the end after them.
      end: this.#end,
    };
    this.#page = [];
    this.#pageBytes = 0;
    this.#withdrawn = [];
    this.#warnings = [];
    if (this.#end === null && this.#failure === undefined) this.#arrived = Promise.withResolvers();
    this.#taken.resolve();
    this.#taken = Promise.withResolvers();
    return page;
  }

  #isEmpty(): boolean {
    return this.#page.length === 0 && this.#warnings.length === 0 && this.#end === null;
  }

  #isFull(): boolean {
    return this.#page.length >= PEEK_PAGE_LIMIT || this.#pageBytes >= PAGE_BYTES;
  }

  #decoderOf({ plugin }: OpenPeek): PeekDecoder {
    const { valueLimit } = this.#options;
    return plugin === 'pgoutput' ? new PgoutputChanges(valueLimit) : new TextChanges(valueLimit);
  }

  #now(): number {
    return this.#options.clock.monotonicMs();
  }
}
