/**
 * The watch over the slots of connections that somebody has asked for: one look now and then, for as long as the app
 * runs, with a longer pause while the server is away.
 */
import { AppError, unexpected } from '../../contract/app-error.ts';
import type { WalNotice, WalVerdict, WalWatch } from '../../contract/wal-watch.ts';
import type { Clock, Log } from '../ports.ts';
import { decideNotice, noticeOf, type Said } from './watch-notice.ts';
import { pauseMs, type WatchPace } from './watch-pace.ts';

/** Where the wishes are kept. Everything here throws AppError of the STORE_ family. */
export interface WatchStore {
  read(): ReadonlyMap<string, WalWatch>;
  /** Null takes the watch away. */
  set(connectionId: string, watch: WalWatch | null): Promise<void>;
}

export interface SlotWatchesDeps {
  readonly store: WatchStore;
  readonly pace: WatchPace;
  readonly clock: Clock;
  readonly log: Log;
  /** Undefined where there is no such saved connection, at the moment. */
  readonly nameOf: (connectionId: string) => string | undefined;
  readonly look: (connectionId: string, signal: AbortSignal) => Promise<WalVerdict>;
  readonly beat: (connectionId: string, signal: AbortSignal) => Promise<unknown>;
  /** Takes over what was found, or why nothing was. */
  readonly found: (verdict: WalVerdict) => void;
  readonly failed: (connectionId: string, error: AppError) => void;
  readonly notice: (notice: WalNotice) => void;
}

interface Watched {
  watch: WalWatch;
  timer: NodeJS.Timeout | undefined;
  looking: boolean;
  failures: number;
  said: Said | undefined;
  beatAtMs: number;
}

export class SlotWatches {
  readonly #deps: SlotWatchesDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #closing = new AbortController();
  readonly #rounds = new Set<Promise<void>>();
  #started = false;

  constructor(deps: SlotWatchesDeps) {
    this.#deps = deps;
  }

  /** Begins to look. A list that cannot be read is told in the log, and nothing is watched. */
  start(): void {
    this.#started = true;
    try {
      for (const [id, watch] of this.#deps.store.read()) this.#add(id, watch);
    } catch (error) {
      this.#deps.log.error(
        `Slots are not watched: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  list(): ReadonlyMap<string, WalWatch> {
    return this.#deps.store.read();
  }

  /** What is wanted for a connection that is being watched by this process. */
  of(connectionId: string): WalWatch | undefined {
    return this.#watched.get(connectionId)?.watch;
  }

  async set(connectionId: string, watch: WalWatch | null): Promise<void> {
    await this.#deps.store.set(connectionId, watch);
    if (watch === null) this.#remove(connectionId);
    else if (this.#started) this.#add(connectionId, watch);
  }

  /** Looks at all of them at once: the computer has woken up, or a profile is another one. */
  lookNow(): void {
    for (const [id, watched] of this.#watched) {
      watched.failures = 0;
      this.#plan(id, watched, 0);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const id of this.#watched.keys()) this.#remove(id);
    await Promise.all(this.#rounds);
  }

  #add(id: string, watch: WalWatch): void {
    const before = this.#watched.get(id);
    const fresh = { timer: undefined, looking: false, failures: 0, said: undefined, beatAtMs: -Infinity };
    const watched: Watched = before ?? { watch, ...fresh };
    watched.watch = watch;
    this.#watched.set(id, watched);
    this.#plan(id, watched, 0);
  }

  #remove(id: string): void {
    clearTimeout(this.#watched.get(id)?.timer);
    this.#watched.delete(id);
  }

  #plan(id: string, watched: Watched, ms: number): void {
    clearTimeout(watched.timer);
    // The round that is under way plans the next one itself.
    if (watched.looking || this.#closing.signal.aborted) return;
    watched.timer = setTimeout(() => {
      const round = this.#round(id, watched).finally(() => this.#rounds.delete(round));
      this.#rounds.add(round);
    }, ms);
    // An app that has nothing else to do may end.
    watched.timer.unref();
  }

  async #round(id: string, watched: Watched): Promise<void> {
    watched.looking = true;
    const name = this.#deps.nameOf(id);
    // A connection that was deleted can be brought back: until then there is nothing to look at.
    if (name !== undefined) await this.#look(id, name, watched);
    watched.looking = false;
    if (this.#watched.get(id) === watched) {
      this.#plan(id, watched, pauseMs(this.#deps.pace, watched.failures));
    }
  }

  async #look(id: string, name: string, watched: Watched): Promise<void> {
    const { look, found, failed, notice, clock, pace } = this.#deps;
    const patience = AbortSignal.timeout(pace.patienceMs);
    const signal = AbortSignal.any([this.#closing.signal, patience]);
    try {
      const verdict = await look(id, signal);
      watched.failures = 0;
      found(verdict);
      const nowMs = clock.monotonicMs();
      const { speak, said } = decideNotice(watched.said, verdict, nowMs);
      watched.said = said;
      if (speak) notice(noticeOf(name, verdict));
      await this.#beat(id, watched, nowMs, signal);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      watched.failures += 1;
      failed(id, patience.aborted ? tooLate(pace.patienceMs) : known(error));
    }
  }

  async #beat(id: string, watched: Watched, nowMs: number, signal: AbortSignal): Promise<void> {
    const { beat, pace } = this.#deps;
    if (!watched.watch.heartbeat || nowMs - watched.beatAtMs < pace.beatMs) return;
    watched.beatAtMs = nowMs;
    await beat(id, signal);
  }
}

function tooLate(ms: number): AppError {
  return new AppError('SOURCE_CONNECT_TIMEOUT', `The server did not answer in ${Math.round(ms / 1_000)} s.`);
}

function known(error: unknown): AppError {
  return error instanceof AppError ? error : unexpected(error);
}
