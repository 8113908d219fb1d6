/** Looks after the runs that earlier processes left unfinished. */
import { AppError } from '../../contract/app-error.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Clock, DestinationAccess, Log, ObjectSink, StateStore, StoredRun } from '../ports.ts';
import { giveUp, isAbandoned, recover, type Owner } from './recover.ts';
import { RunRecord } from './run-record.ts';

export interface RecoveryDeps {
  readonly owner: Owner;
  readonly store: StateStore;
  readonly openSink: (access: DestinationAccess) => ObjectSink;
  readonly destinationAccess: (spec: ExtractSpec) => Promise<DestinationAccess>;
  readonly isAlive: (owner: Owner) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly emit: (event: EngineEvent) => void;
}

export class Recovery {
  readonly #deps: RecoveryDeps;
  /** Runs that are being looked after, so that whoever wants one of them waits. */
  readonly #going = new Map<string, Promise<void>>();

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /**
   * Brings what earlier processes did not finish to an end; one bad run must not hide the others. What is not done when
   * the signal fires is left for the next start.
   */
  async all(signal: AbortSignal): Promise<void> {
    for (const stored of await this.#deps.store.listUnsettled()) {
      if (signal.aborted) return;
      try {
        await this.one(stored, signal);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#deps.log.warn(
          `Run ${stored.run.id} could not be cleaned up after, and will be at the next start: ${reason}`,
        );
      }
    }
  }

  /** The same for one run, where it needs that. @throws AppError when destination or history cannot be reached */
  async one(stored: StoredRun, signal: AbortSignal): Promise<void> {
    const { owner, isAlive } = this.#deps;
    const runId = stored.run.id;
    const going = this.#going.get(runId);
    if (going !== undefined) return await going;
    if (!isAbandoned(stored, owner, isAlive)) return;
    const recovering = this.#recover(runId, signal);
    this.#going.set(runId, recovering);
    await recovering.finally(() => this.#going.delete(runId));
  }

  async #recover(runId: string, signal: AbortSignal): Promise<void> {
    const { owner, isAlive, store, clock, emit, openSink } = this.#deps;
    // Of several processes that start after a crash, one: what another removes later may be new by then.
    const claimed = await store.claim(runId, (stored) =>
      isAbandoned(stored, owner, isAlive) ? { ...stored, owner } : undefined,
    );
    if (claimed === undefined) return;
    const record = new RunRecord(claimed, store, clock, emit);
    const access = await this.#savedDestination(claimed.run.spec);
    if (access === undefined) return await giveUp(record, clock);
    await using sink = openSink(access);
    await recover(record, sink, clock, signal);
  }

  /** Undefined where the profile of the destination is gone. */
  async #savedDestination(spec: ExtractSpec): Promise<DestinationAccess | undefined> {
    try {
      return await this.#deps.destinationAccess(spec);
    } catch (error) {
      if (error instanceof AppError && error.code === 'CONFIG_PROFILE_NOT_FOUND') return undefined;
      throw error;
    }
  }
}
