/**
 * How far a capture is behind, and how fast it is: in bytes of WAL, in the age of the oldest commit that is not durable, and
 * in changes a second. Keeps an hour of it. Bounded whatever the stream brings: commits that come together stand for one.
 */
import type { CaptureSample } from '../../contract/capture-status.ts';

/** Milliseconds between two samples, and samples in an hour of them. */
const SAMPLE_MS = 5_000;
const SAMPLES_KEPT = 720;
/** Commits within so many milliseconds are remembered as one; so many of these are remembered at most. */
const COMMIT_STEP_MS = 100;
const COMMITS_KEPT = 8_192;

interface OpenCommit {
  /** The last position of those that it stands for. */
  lsn: bigint;
  /** When the first of them was committed. */
  readonly atMs: number;
}

export interface LagFacts {
  readonly lagBytes: number | null;
  readonly lagSeconds: number | null;
  readonly changesPerSecond: number;
}

export class LagGauge {
  readonly #samples: CaptureSample[] = [];
  readonly #open: OpenCommit[] = [];
  #server = 0n;
  #durable = 0n;
  #changes = 0;
  #rate = 0;
  #rateFrom: { readonly atMs: number; readonly changes: number } | undefined;
  #sampledMs = Number.NEGATIVE_INFINITY;

  get samples(): readonly CaptureSample[] {
    return this.#samples;
  }

  /** The end of the server's WAL, as far as it is known. */
  server(lsn: bigint): void {
    if (lsn > this.#server) this.#server = lsn;
  }

  changes(count: number): void {
    this.#changes += count;
  }

  /** A transaction that ended at `lsn`, and was committed at `atMs` of the server's clock. */
  committed(lsn: bigint, atMs: number): void {
    const last = this.#open.at(-1);
    const joins =
      last !== undefined && (atMs - last.atMs < COMMIT_STEP_MS || this.#open.length >= COMMITS_KEPT);
    if (joins) last.lsn = lsn;
    else this.#open.push({ lsn, atMs });
  }

  durable(lsn: bigint): void {
    if (lsn > this.#durable) this.#durable = lsn;
    const first = this.#open.findIndex((commit) => commit.lsn > lsn);
    this.#open.splice(0, first < 0 ? this.#open.length : first);
  }

  /** Forgets what was read and is not durable: it comes again. */
  reconnected(): void {
    this.#open.length = 0;
  }

  now(nowMs: number): LagFacts {
    const oldest = this.#open[0];
    const known = this.#durable > 0n && this.#server > 0n;
    return {
      lagBytes: known ? Math.max(0, Number(this.#server - this.#durable)) : null,
      lagSeconds: oldest === undefined ? (known ? 0 : null) : Math.max(0, (nowMs - oldest.atMs) / 1_000),
      changesPerSecond: this.#rate,
    };
  }

  /** To be called about once a second: measures the rate, and keeps a sample every few seconds. */
  tick(nowMs: number): void {
    const from = this.#rateFrom ?? { atMs: nowMs, changes: this.#changes };
    const seconds = (nowMs - from.atMs) / 1_000;
    if (seconds > 0) this.#rate = Math.max(0, Math.round((this.#changes - from.changes) / seconds));
    if (seconds >= 1 || this.#rateFrom === undefined)
      this.#rateFrom = { atMs: nowMs, changes: this.#changes };
    if (nowMs - this.#sampledMs < SAMPLE_MS) return;
    this.#sampledMs = nowMs;
    this.#samples.push({ at: new Date(nowMs).toISOString(), ...this.now(nowMs) });
    if (this.#samples.length > SAMPLES_KEPT) this.#samples.shift();
  }
}
