/** The calls about peeks, and the peeks that are open. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import { PEEK_IDLE_MS } from '../../contract/peek.ts';
import { readTableName, writeTableName } from '../../contract/table-name.ts';
import type { CallHandlers } from '../call-handlers.ts';
import { formatLsn } from '../decode/lsn.ts';
import type { Clock, ConnectionAccess } from '../ports.ts';
import { PeekReader } from './peek-reader.ts';
import type { WalSource } from './wal-source.ts';

/** Peeks open at once: each takes a slot and a WAL sender of somebody's server. The oldest makes room. */
const OPEN_LIMIT = 3;

export interface PeekDeskDeps {
  readonly source: WalSource;
  readonly accessOf: (connectionId: string) => Promise<ConnectionAccess>;
  readonly clock: Clock;
}

export type PeekCalls = Pick<CallHandlers, 'wal.peekOpen' | 'wal.peekNext' | 'wal.peekClose'>;

interface Held {
  readonly reader: PeekReader;
  idle: NodeJS.Timeout;
}

export class PeekDesk {
  readonly #deps: PeekDeskDeps;
  /** In the order in which they were opened. */
  readonly #open = new Map<string, Held>();
  readonly calls: PeekCalls;

  constructor(deps: PeekDeskDeps) {
    this.#deps = deps;
    this.calls = {
      'wal.peekOpen': async (input, { signal }) => await this.#openPeek(input, signal),
      'wal.peekNext': async ({ peekId, waitMs }, { signal }) => await this.#next(peekId, waitMs, signal),
      'wal.peekClose': async ({ peekId }) => {
        await this.#close(peekId);
        return {};
      },
    };
  }

  /** Ends every peek, and with it its slot. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#close(id)));
  }

  async #openPeek(
    input: Parameters<PeekCalls['wal.peekOpen']>[0],
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<PeekCalls['wal.peekOpen']>>> {
    const { source, accessOf, clock } = this.#deps;
    const access = await accessOf(input.connectionId);
    const { slot, plugin, publications, filter } = input;
    const messages = filter?.table === undefined && filter?.operations?.includes('message') !== false;
    const table = filter?.table === undefined ? undefined : readTableName(filter.table);
    const request = { slot, plugin, publications, messages, table };
    const peek = await source.openPeek(access, request, signal);
    if (signal.aborted) {
      // Given up at the last moment: nobody will ever close it.
      await peek[Symbol.asyncDispose]();
      signal.throwIfAborted();
    }
    const fallback = async () =>
      await source.openPeek(
        access,
        { ...request, plugin: 'test_decoding', publications: undefined },
        new AbortController().signal,
      );
    const reader = new PeekReader({
      peek,
      fallback: plugin === undefined && slot !== null ? fallback : undefined,
      ends: slot !== null,
      limits: input.limits,
      filter: peek.table === undefined ? filter : { ...filter, table: writeTableName(peek.table) },
      valueLimit: input.valueLimit,
      clock,
    });
    const peekId = randomUUID();
    this.#open.set(peekId, { reader, idle: this.#idleTimer(peekId) });
    for (const id of [...this.#open.keys()].slice(0, -OPEN_LIMIT)) await this.#close(id);
    return {
      peekId,
      database: peek.database,
      plugin: peek.plugin,
      publications: [...peek.publications],
      startLsn: formatLsn(peek.startLsn),
      endLsn: slot === null ? null : formatLsn(peek.endLsn),
      walBytes: peek.walBytes,
    };
  }

  /** Whoever gives up waiting has given up the peek: a forgotten one would hold WAL back for nobody. */
  async #next(peekId: string, waitMs: number, signal: AbortSignal) {
    const held = this.#open.get(peekId);
    if (held === undefined) throw new AppError('SLOT_PEEK_CLOSED', 'This peek has been closed.');
    clearTimeout(held.idle);
    const giveUp = () => void this.#close(peekId);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      const page = await held.reader.next(waitMs);
      signal.throwIfAborted();
      held.idle = this.#idleTimer(peekId);
      return page;
    } catch (error) {
      await this.#close(peekId);
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  #idleTimer(peekId: string): NodeJS.Timeout {
    const timer = setTimeout(() => void this.#close(peekId), PEEK_IDLE_MS);
    timer.unref();
    return timer;
  }

  async #close(peekId: string): Promise<void> {
    const held = this.#open.get(peekId);
    this.#open.delete(peekId);
    if (held === undefined) return;
    clearTimeout(held.idle);
    await held.reader.close();
  }
}
