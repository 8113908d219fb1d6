/** One peek as the screen sees it: it asks for page after page until a limit, or the user, ends it. */
import type { AppError } from '../../../electron/contract/app-error.ts';
import type { CallInput } from '../../../electron/contract/calls.ts';
import type { PeekChange, PeekOpened, PeekPage, PeekTransaction } from '../../../electron/contract/peek.ts';
import type { Client } from '../../client/client.ts';
import { appErrorOf, isAbort } from '../../state/app-error-of.ts';
import { createStore, type ReadonlyStore } from '../../state/store.ts';

export interface PeekState {
  readonly phase: 'idle' | 'opening' | 'reading' | 'ended' | 'stopped' | 'failed';
  readonly opened: PeekOpened | undefined;
  readonly changes: readonly PeekChange[];
  readonly transactions: ReadonlyMap<number, PeekTransaction>;
  /** Indexes of changes that were rolled back after they had been shown. */
  readonly withdrawn: ReadonlySet<number>;
  readonly warnings: readonly string[];
  readonly progress: PeekPage['progress'] | undefined;
  readonly end: PeekPage['end'];
  readonly error: AppError | undefined;
}

export const NO_PEEK: PeekState = {
  phase: 'idle',
  opened: undefined,
  changes: [],
  transactions: new Map(),
  withdrawn: new Set(),
  warnings: [],
  progress: undefined,
  end: null,
  error: undefined,
};

export class PeekSession {
  readonly #client: Client;
  readonly #store = createStore<PeekState>(NO_PEEK);
  #abort: AbortController | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get state(): ReadonlyStore<PeekState> {
    return this.#store;
  }

  /** Begins anew; what was shown before is forgotten. */
  async start(input: CallInput<'wal.peekOpen'>): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#store.set({ ...NO_PEEK, phase: 'opening' });
    let peekId: string | undefined;
    try {
      const opened = await this.#client.call('wal.peekOpen', input, abort.signal);
      peekId = opened.peekId;
      this.#store.set({ ...NO_PEEK, phase: 'reading', opened });
      await this.#readAll(opened.peekId, abort.signal);
    } catch (error) {
      if (!isAbort(error)) {
        this.#store.set({ ...this.#store.get(), phase: 'failed', error: appErrorOf(error) });
      }
    } finally {
      // A window that is gone can close nothing: then the engine does it, when the link or the idle limit ends.
      if (peekId !== undefined) await this.#client.call('wal.peekClose', { peekId }).catch(() => undefined);
    }
  }

  /** Ends it at once; what has come stays. */
  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    const state = this.#store.get();
    if (state.phase === 'opening' || state.phase === 'reading')
      this.#store.set({ ...state, phase: 'stopped' });
  }

  async #readAll(peekId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const page = await this.#client.call('wal.peekNext', { peekId, waitMs: 500 }, signal);
      signal.throwIfAborted();
      this.#store.set(withPage(this.#store.get(), page));
      if (page.end !== null) return;
    }
  }
}

/** What a page adds. */
export function withPage(state: PeekState, page: PeekPage): PeekState {
  const transactions =
    page.transactions.length === 0
      ? state.transactions
      : new Map([...state.transactions, ...page.transactions.map((each) => [each.xid, each] as const)]);
  return {
    ...state,
    phase: page.end === null ? 'reading' : 'ended',
    changes: page.changes.length === 0 ? state.changes : [...state.changes, ...page.changes],
    transactions,
    withdrawn:
      page.withdrawn.length === 0 ? state.withdrawn : new Set([...state.withdrawn, ...page.withdrawn]),
    warnings: [...state.warnings, ...page.warnings],
    progress: page.progress,
    end: page.end,
  };
}
