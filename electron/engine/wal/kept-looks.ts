/**
 * Connections that are kept from one look at a server to the next: a look every few seconds must not cost somebody's
 * server a new session each time. One for each connection profile; its looks go one after the other.
 */
import type { WalLook } from './wal-source.ts';

interface Kept {
  readonly look: WalLook;
  readonly idle: NodeJS.Timeout;
}

export interface KeptLooksDeps {
  readonly open: (connectionId: string, signal: AbortSignal) => Promise<WalLook>;
  /** Milliseconds without a look after which the connection is closed. */
  readonly idleMs: number;
}

export class KeptLooks {
  readonly #deps: KeptLooksDeps;
  readonly #kept = new Map<string, Kept>();
  /** The last of those that wait for the connection of a profile, or use it. */
  readonly #turns = new Map<string, Promise<void>>();
  /** What was opened in an earlier one is not kept: settings or password may have changed since. */
  #generation = 0;
  #closed = false;

  constructor(deps: KeptLooksDeps) {
    this.#deps = deps;
  }

  /**
   * Works with the connection of a profile. When the signal fires the work is cancelled on the server.
   * @throws what the work and opening throw, or the signal's reason
   */
  async use<T>(connectionId: string, signal: AbortSignal, work: (look: WalLook) => Promise<T>): Promise<T> {
    const before = this.#turns.get(connectionId);
    const { promise, resolve: done } = Promise.withResolvers<void>();
    this.#turns.set(connectionId, promise);
    await before;
    try {
      return await this.#work(connectionId, signal, work);
    } finally {
      if (this.#turns.get(connectionId) === promise) this.#turns.delete(connectionId);
      done();
    }
  }

  /** Closes what is kept, and keeps nothing of what is in use now. */
  async forget(): Promise<void> {
    this.#generation += 1;
    await Promise.all([...this.#kept.keys()].map((id) => this.#drop(id)));
  }

  /** Closes what is kept, when those that use it are done. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#turns.values());
    await this.forget();
  }

  async #work<T>(id: string, signal: AbortSignal, work: (look: WalLook) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const kept = this.#take(id);
    if (kept !== undefined) {
      try {
        return await this.#once(id, kept, signal, work);
      } catch (error) {
        // A connection that has died since the last look is no news: only a new one that fails is.
        if (kept.alive) throw error;
      }
    }
    return await this.#once(id, await this.#deps.open(id, signal), signal, work);
  }

  async #once<T>(
    id: string,
    look: WalLook,
    signal: AbortSignal,
    work: (look: WalLook) => Promise<T>,
  ): Promise<T> {
    const generation = this.#generation;
    const cancel = () => void look.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      return await work(look);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      const keep = look.alive && !signal.aborted && !this.#closed && generation === this.#generation;
      if (keep) this.#keep(id, look);
      else await look[Symbol.asyncDispose]();
    }
  }

  #keep(id: string, look: WalLook): void {
    const idle = setTimeout(() => void this.#drop(id), this.#deps.idleMs);
    idle.unref();
    this.#kept.set(id, { look, idle });
  }

  #take(id: string): WalLook | undefined {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    clearTimeout(kept?.idle);
    return kept?.look.alive === true ? kept.look : undefined;
  }

  async #drop(id: string): Promise<void> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    clearTimeout(kept?.idle);
    await kept?.look[Symbol.asyncDispose]();
  }
}
