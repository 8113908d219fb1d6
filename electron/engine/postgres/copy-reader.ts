/**
 * Reads ranges of a plan in one snapshot, each with a COPY of its own, as many side by side as there are asked for.
 *
 * Where several connections read, the one that has planned only holds the snapshot, idle in its transaction, and the
 * others import it: so a reader that is lost can be replaced. Where one reads it does both, and the snapshot goes with
 * it. A reader that is open keeps the snapshot even when the holder is gone; only no new one can join then.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
 */
import { AppError } from '../../contract/app-error.ts';
import type { CopyForm } from '../copy-form.ts';
import type { ConnectionAccess, RowBatch, RowReader, SourcePlan } from '../ports.ts';
import type { ReadRange } from '../reading-state.ts';
import type { WatermarkReading } from '../watermark/watermark-facts.ts';
import { answerInTime } from './answer-in-time.ts';
import { copyRows } from './copy-stream.ts';
import { joinSnapshot, lossOf, type SharedSnapshot } from './join-snapshot.ts';
import { isLockTimeout, type LockedSnapshot } from './locked-snapshot.ts';
import { copySql } from './selection-sql.ts';
import type { Session } from './session.ts';
import { backendOf, SilenceWatch, type Backend, type WatchedStream } from './silence-watch.ts';

/** What a reader is made from. */
export interface CopyReaderOptions {
  /** The session that has planned, and whose transaction holds the snapshot. */
  readonly holder: Session;
  /** Its snapshot, where others join it; undefined where it is the only one that reads. */
  readonly shared: SharedSnapshot | undefined;
  /** Sessions that have joined it. */
  readonly joined: readonly Session[];
  /** Looks whether the snapshot still knows what has been read. */
  readonly snapshot: LockedSnapshot;
  readonly access: ConnectionAccess;
  /** See `ReadLimits`. */
  readonly silenceMs: number;
  readonly plan: SourcePlan;
  readonly ranges: readonly ReadRange[];
  readonly workers: number;
  /** What was found out for an incremental run. */
  readonly watermark: WatermarkReading | undefined;
  /** The SELECT of one range. */
  readonly selectRange: (range: ReadRange) => string;
  /** See `ReadPlan`. */
  readonly table: string | undefined;
}

export class CopyReader implements RowReader {
  readonly plan: SourcePlan;
  readonly ranges: readonly ReadRange[];
  readonly workers: number;
  readonly watermark: WatermarkReading | undefined;
  readonly #options: CopyReaderOptions;
  /** Sessions in the snapshot that nobody reads with at the moment. */
  readonly #idle: Session[];

  /** True when the snapshot is known to be of no use any more. */
  #outdated = false;

  /** What each session is to the server: the same for all ranges, because they are read in one transaction. */
  readonly #backends = new WeakMap<Session, Backend>();

  constructor(options: CopyReaderOptions) {
    this.#options = options;
    this.plan = options.plan;
    this.ranges = options.ranges;
    this.workers = options.workers;
    this.watermark = options.watermark;
    this.#idle = options.shared === undefined ? [options.holder] : [...options.joined];
  }

  get canRead(): boolean {
    const { shared, holder } = this.#options;
    if (this.#outdated) return false;
    return this.#idle.some(({ alive }) => alive) || (shared !== undefined && holder.alive);
  }

  async *read(range: ReadRange, form: CopyForm, signal: AbortSignal): AsyncIterable<RowBatch> {
    const select = this.#options.selectRange(range);
    const session = await this.#take(signal);
    let whole = false;
    try {
      const watch = await this.#watchFor(session);
      yield* copyRows(session, copySql(select, form, this.#options.table), form, signal, watch);
      await this.#assertUnchanged(session);
      whole = true;
    } finally {
      if (whole) this.#idle.push(session);
      else session.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { holder } = this.#options;
    // The holder last: the others are in its snapshot.
    await Promise.all(this.#idle.map((session) => session[Symbol.asyncDispose]()));
    await holder[Symbol.asyncDispose]();
  }

  async #assertUnchanged(session: Session): Promise<void> {
    const { snapshot, silenceMs } = this.#options;
    try {
      await answerInTime(session, silenceMs, () => snapshot.assertUnchanged(session));
    } catch (error) {
      this.#outdated ||= error instanceof AppError && error.code === 'SOURCE_SNAPSHOT_LOST';
      throw error;
    }
  }

  /** Undefined where the session does not say what it is. */
  async #watchFor(session: Session): Promise<((stream: WatchedStream) => Disposable) | undefined> {
    const { access, silenceMs } = this.#options;
    const backend =
      this.#backends.get(session) ?? (await answerInTime(session, silenceMs, () => backendOf(session)));
    if (backend === undefined) return undefined;
    this.#backends.set(session, backend);
    return (stream) => new SilenceWatch(stream, backend, access, silenceMs);
  }

  async #take(signal: AbortSignal): Promise<Session> {
    for (let session = this.#idle.pop(); session !== undefined; session = this.#idle.pop()) {
      if (session.alive) return session;
    }
    const { holder, shared, access, silenceMs } = this.#options;
    if (shared === undefined) throw await lossOf(holder, holder.lost);
    try {
      return await joinSnapshot(access, shared, silenceMs, signal);
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      // They wait for the others that read here, and a newcomer would wait for them.
      this.#outdated = true;
      throw new AppError('SOURCE_SNAPSHOT_LOST', 'Somebody waits to change a table that is being read.', {
        cause: error,
      });
    }
  }
}
