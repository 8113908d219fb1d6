/**
 * Moves the checkpoint of a stream that has nothing for us, so that the server can let go of WAL. It does so beside the
 * stream: while the destination is away, what comes must not wait behind a checkpoint that nobody misses.
 */
import { formatLsn } from '../decode/lsn.ts';
import type { Clock } from '../ports.ts';
import type { CaptureLedger } from './capture-ledger.ts';
import { IdleTimer } from './idle-timer.ts';

export interface IdleWorld {
  readonly clock: Clock;
  /** Milliseconds between two such checkpoints, at least. */
  readonly intervalMs: number;
  readonly ledger: CaptureLedger;
  /** Up to where the stream has nothing for us; undefined where it has, or where that is durable already. */
  readonly position: () => bigint | undefined;
  readonly onDurable: (lsn: bigint) => void;
  /** Ends the writer where it fails. */
  readonly watch: (work: Promise<unknown>) => void;
  readonly signal: AbortSignal;
}

export class IdleCheckpoint {
  readonly #world: IdleWorld;
  readonly #timer: IdleTimer;
  #writing: Promise<void> | undefined;

  constructor(world: IdleWorld) {
    this.#world = world;
    this.#timer = new IdleTimer(world.clock, world.intervalMs, () => this.#begin());
  }

  /** To be called whenever the stream may have become idle. */
  consider(): void {
    if (this.#writing === undefined && this.#world.position() !== undefined) this.#timer.request();
  }

  /** Begins no more. */
  stop(): void {
    this.#timer.stop();
  }

  /** Comes back when none is on its way. */
  async settled(): Promise<void> {
    await this.#writing?.catch(() => undefined);
  }

  #begin(): void {
    const { position, watch } = this.#world;
    const lsn = position();
    if (lsn === undefined) return;
    this.#timer.done();
    this.#writing = this.#write(lsn).finally(() => (this.#writing = undefined));
    watch(this.#writing);
    void this.#writing.then(
      () => this.consider(),
      () => undefined,
    );
  }

  async #write(lsn: bigint): Promise<void> {
    const { ledger, onDurable, signal } = this.#world;
    await ledger.change((state) => ({ ...state, durableLsn: formatLsn(lsn) }), signal);
    onDurable(lsn);
  }
}
