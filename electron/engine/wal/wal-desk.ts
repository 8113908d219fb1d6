/** The calls about the WAL: samples by connection, the watch over them, and peeks. */
import { isDeepStrictEqual } from 'node:util';
import { AppError, toWireError } from '../../contract/app-error.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { WalStatus } from '../../contract/wal.ts';
import type { WalVerdict } from '../../contract/wal-watch.ts';
import type { CallHandlers } from '../call-handlers.ts';
import type { HeldSlot, SlotGuard } from '../engine-api.ts';
import type { Log } from '../ports.ts';
import { KeptLooks } from './kept-looks.ts';
import { PeekDesk, type PeekCalls, type PeekDeskDeps } from './peek-desk.ts';
import { preflight } from './preflight.ts';
import { SlotWatches, type WatchStore } from './slot-watches.ts';
import { afterFailure, heldSlot, verdictOf } from './verdict.ts';
import { HISTORY_MS, sampleOf, withSample, type WalSample } from './wal-history.ts';
import { walStatus } from './wal-status.ts';
import type { WatchPace } from './watch-pace.ts';

/** Connections that a desk without a screen may have asked about: the verdicts of the oldest are forgotten. */
const VERDICTS_LIMIT = 100;

export interface WalDeskDeps extends PeekDeskDeps {
  readonly watches: WatchStore;
  readonly pace: WatchPace;
  readonly nameOf: (connectionId: string) => string | undefined;
  /** Names of the slots that saved captures read on the server of a connection. */
  readonly capturedSlots: (connectionId: string) => Promise<ReadonlySet<string>>;
  readonly log: Log;
  readonly emit: (event: EngineEvent) => void;
}

export type WalCalls = PeekCalls &
  Pick<
    CallHandlers,
    | 'wal.status'
    | 'wal.watches'
    | 'wal.watch'
    | 'wal.catalog'
    | 'wal.preflight'
    | 'wal.heartbeat'
    | 'wal.records'
    | 'wal.stats'
    | 'wal.dropSlot'
  >;

export class WalDesk implements SlotGuard {
  readonly #deps: WalDeskDeps;
  readonly #looks: KeptLooks;
  readonly #peeks: PeekDesk;
  readonly #watches: SlotWatches;
  readonly #histories = new Map<string, readonly WalSample[]>();
  readonly #verdicts = new Map<string, WalVerdict>();
  readonly calls: WalCalls;

  constructor(deps: WalDeskDeps) {
    this.#deps = deps;
    const { source, accessOf, clock, pace, log, nameOf, emit } = deps;
    this.#looks = new KeptLooks({
      open: async (id, signal) => await source.look(await accessOf(id), signal),
      // Longer than the pause of the watch, or each of its looks would need a new connection.
      idleMs: pace.everyMs * 2,
    });
    this.#peeks = new PeekDesk(deps);
    this.#watches = new SlotWatches({
      store: deps.watches,
      pace,
      clock,
      log,
      nameOf,
      look: async (id, signal) => await this.#verdict(id, await this.#status(id, undefined, signal)),
      beat: (id, signal) => this.#beat(id, signal),
      found: (verdict) => this.#publish(verdict),
      failed: (id, error) =>
        this.#publish(
          afterFailure(id, this.#verdicts.get(id), toWireError(error), clock.now().toISOString()),
        ),
      notice: (notice) => emit({ type: 'walNotice', notice }),
    });
    this.calls = { ...this.#peeks.calls, ...this.#ownCalls() };
  }

  /** Begins to watch, where the process is one that stays. */
  start(): void {
    this.#watches.start();
  }

  /** Settings and passwords may be others now. */
  async profilesChanged(): Promise<void> {
    await this.#looks.forget();
    this.#watches.lookNow();
  }

  held(): readonly HeldSlot[] {
    const since = new Date(this.#deps.clock.now().getTime() - HISTORY_MS).toISOString();
    return [...this.#verdicts.values()]
      .filter(({ at }) => at >= since)
      .flatMap(({ connectionId, own }) => {
        const connection = this.#deps.nameOf(connectionId);
        return connection === undefined ? [] : own.map((slot) => heldSlot(connection, slot));
      });
  }

  async aboutToSleep(): Promise<void> {
    await Promise.all([this.#peeks.closeAll(), this.#looks.forget()]);
  }

  awake(): void {
    this.#watches.lookNow();
  }

  async close(): Promise<void> {
    await Promise.all([this.#watches.close(), this.#peeks.closeAll()]);
    await this.#looks.close();
  }

  #ownCalls(): Omit<WalCalls, keyof PeekCalls> {
    const { source, accessOf, nameOf } = this.#deps;
    return {
      'wal.status': async ({ connectionId, diskLimitBytes }, { signal }) => {
        const status = await this.#status(connectionId, diskLimitBytes, signal);
        this.#publish(await this.#verdict(connectionId, status));
        return status;
      },
      'wal.watches': async () => ({
        watches: [...this.#watches.list()].map(([connectionId, watch]) => ({ connectionId, watch })),
        verdicts: [...this.#verdicts.values()],
      }),
      'wal.watch': async ({ connectionId, watch }) => {
        if (watch !== null && nameOf(connectionId) === undefined) {
          throw new AppError('CONFIG_PROFILE_NOT_FOUND', 'There is no such saved connection.');
        }
        await this.#watches.set(connectionId, watch);
        return {};
      },
      'wal.catalog': async ({ connectionId }, { signal }) =>
        await source.catalog(await accessOf(connectionId), signal),
      'wal.preflight': async ({ connectionId }, { signal }) => ({
        checks: preflight(await source.captureFacts(await accessOf(connectionId), signal)),
      }),
      'wal.heartbeat': async ({ connectionId }, { signal }) => ({
        lsn: await this.#beat(connectionId, signal),
      }),
      'wal.records': async (input, { signal }) =>
        await source.records(await accessOf(input.connectionId), input, signal),
      'wal.stats': async (input, { signal }) =>
        await source.stats(await accessOf(input.connectionId), input, signal),
      'wal.dropSlot': async ({ connectionId, slot, confirm }, { signal }) => {
        if (confirm !== slot) {
          throw new AppError('SLOT_NOT_CONFIRMED', `"${confirm}" is not the name of the slot.`);
        }
        await source.dropSlot(await accessOf(connectionId), slot, signal);
        return {};
      },
    };
  }

  async #status(id: string, diskLimitBytes: number | undefined, signal: AbortSignal): Promise<WalStatus> {
    const { clock } = this.#deps;
    const facts = await this.#looks.use(id, signal, (look) => look.facts());
    const sample = sampleOf(facts, clock.monotonicMs(), clock.now().toISOString());
    const history = withSample(this.#histories.get(id) ?? [], sample);
    this.#histories.set(id, history);
    return walStatus(facts, history, diskLimitBytes ?? this.#watches.of(id)?.diskLimitBytes);
  }

  async #verdict(id: string, status: WalStatus): Promise<WalVerdict> {
    return verdictOf(id, status, await this.#deps.capturedSlots(id));
  }

  #beat(id: string, signal: AbortSignal): Promise<string> {
    return this.#looks.use(id, signal, (look) => look.heartbeat());
  }

  #publish(verdict: WalVerdict): void {
    const { connectionId } = verdict;
    const before = this.#verdicts.get(connectionId);
    // Deleted before it is set, so that the one that was heard of last is also the last to be forgotten.
    this.#verdicts.delete(connectionId);
    this.#verdicts.set(connectionId, verdict);
    for (const id of [...this.#verdicts.keys()].slice(0, -VERDICTS_LIMIT)) this.#verdicts.delete(id);
    if (before !== undefined && isDeepStrictEqual({ ...before, at: verdict.at }, verdict)) return;
    this.#deps.emit({ type: 'wal', verdict });
  }
}
