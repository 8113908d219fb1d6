/**
 * Who compacts a job, and which keys a crash would leave. Of two who compact, the one that came first finds out before it
 * writes an entry: each looks whether the claim is still its own, and whoever takes one over first takes a number of the log,
 * so that an entry which the other was about to write at that number fails.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { AppError } from '../../../contract/app-error.ts';
import {
  compactionKey,
  compactionStateSchema,
  type CompactionState,
} from '../../../contract/capture-compaction.ts';
import { parseWrittenText } from '../../../contract/parse-written.ts';
import type { Clock, ObjectSink } from '../../ports.ts';

/** A claim of another computer that was not renewed for so long is taken over: whether its process lives cannot be asked. */
const STALE_MS = 15 * 60 * 1_000;

export interface Claimant {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

export interface ClaimWorld {
  readonly sink: ObjectSink;
  readonly job: string;
  readonly clock: Clock;
  readonly self: Claimant;
  readonly isAlive: (process: Claimant) => boolean;
}

export class CompactionClaim {
  /** Stands for this compaction, also in the keys of what it writes. */
  readonly token: string;
  /** What the one before has left, which was not removed yet. */
  readonly left: readonly string[];
  readonly #world: ClaimWorld;
  #state: CompactionState;
  #tag: string;

  private constructor(world: ClaimWorld, left: readonly string[], state: CompactionState, tag: string) {
    this.#world = world;
    this.left = left;
    this.token = state.owner?.token ?? '';
    this.#state = state;
    this.#tag = tag;
  }

  get removedThrough(): number {
    return this.#state.removedThrough;
  }

  /** @throws AppError `STORE_COMPACTION_BUSY` while another process compacts, or of the DEST_ family */
  static async take(world: ClaimWorld, signal: AbortSignal): Promise<CompactionClaim> {
    const { sink, job, clock, self } = world;
    const key = compactionKey(sink.prefix, job);
    const stored = await sink.readState(key, signal);
    const before = stored === undefined ? undefined : parseState(stored.text, sink.uriOf(key));
    if (before !== undefined && holds(before, world)) throw busy(job, before);
    const { pid, host, startedAt: processStartedAt } = self;
    const state: CompactionState = {
      version: 1,
      job,
      owner: { pid, host, processStartedAt, token: randomBytes(4).toString('hex') },
      pending: before?.pending ?? [],
      removedThrough: before?.removedThrough ?? 0,
      writeId: randomUUID(),
      updatedAt: clock.now().toISOString(),
    };
    const tag = await sink.replaceState(key, JSON.stringify(state), stored?.tag, signal);
    if (tag === undefined) throw busy(job, before);
    return new CompactionClaim(world, state.pending, state, tag);
  }

  /** Notes keys before anything is written to them, and renews the claim. @throws AppError `STORE_COMPACTION_BUSY` */
  async note(
    change: Partial<Pick<CompactionState, 'pending' | 'removedThrough'>>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#replace({ ...this.#state, ...change }, signal);
  }

  /** @throws AppError `STORE_COMPACTION_BUSY` where another process has taken it over */
  async assertHeld(signal: AbortSignal): Promise<void> {
    const { sink, job } = this.#world;
    const found = await sink.readState(compactionKey(sink.prefix, job), signal);
    if (found?.tag !== this.#tag) throw busy(job, undefined);
  }

  async release(signal: AbortSignal): Promise<void> {
    await this.#replace({ ...this.#state, owner: null }, signal);
  }

  async #replace(next: CompactionState, signal: AbortSignal): Promise<void> {
    const { sink, job, clock } = this.#world;
    const state = { ...next, writeId: randomUUID(), updatedAt: clock.now().toISOString() };
    const key = compactionKey(sink.prefix, job);
    const tag = await sink.replaceState(key, JSON.stringify(state), this.#tag, signal);
    if (tag === undefined) throw busy(job, undefined);
    this.#state = state;
    this.#tag = tag;
  }
}

function holds({ owner, updatedAt }: CompactionState, { self, isAlive, clock }: ClaimWorld): boolean {
  if (owner === null) return false;
  const { pid, host, processStartedAt: startedAt } = owner;
  if (host === self.host) return isAlive({ pid, host, startedAt });
  return clock.now().getTime() - new Date(updatedAt).getTime() < STALE_MS;
}

function parseState(text: string, uri: string): CompactionState {
  return parseWrittenText(
    compactionStateSchema,
    text,
    uri,
    (cause) => new AppError('DATA_LOG_INVALID', `${uri} is not the state of a compaction.`, { cause }),
  );
}

function busy(job: string, state: CompactionState | undefined): AppError {
  const owner = state?.owner ?? undefined;
  const who = owner === undefined ? 'Another process' : `Process ${owner.pid} on ${owner.host}`;
  return new AppError('STORE_COMPACTION_BUSY', `${who} compacts the capture "${job}".`);
}
