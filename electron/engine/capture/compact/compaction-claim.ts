/**
 * Who compacts a job, and which keys a crash would leave. Of two who compact, the one that came first finds out before it
 * writes an entry: each looks whether the claim is still its own, and whoever takes one over first takes a number of the log,
 * so that an entry which the other was about to write at that number fails.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '../../../contract/app-error.ts';
import {
  compactionKey,
  compactionStateSchema,
  type CompactionState,
} from '../../../contract/capture-compaction.ts';
import { ConditionalDocument, stamped, type DocumentVersion } from '../../documents/conditional-document.ts';
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

/** Without its write id, which every write gives anew. */
type CompactionFacts = Omit<CompactionState, 'writeId'>;

export class CompactionClaim {
  /** Stands for this compaction, also in the keys of what it writes. */
  readonly token: string;
  /** What the one before has left, which was not removed yet. */
  readonly left: readonly string[];
  readonly #world: ClaimWorld;
  readonly #document: ConditionalDocument<CompactionFacts>;
  #held: DocumentVersion<CompactionFacts>;

  private constructor(
    world: ClaimWorld,
    document: ConditionalDocument<CompactionFacts>,
    held: DocumentVersion<CompactionFacts>,
  ) {
    this.#world = world;
    this.#document = document;
    this.#held = held;
    this.left = held.value.pending;
    this.token = held.value.owner?.token ?? '';
  }

  get removedThrough(): number {
    return this.#held.value.removedThrough;
  }

  /** @throws AppError `STORE_COMPACTION_BUSY` while another process compacts, or of the DEST_ family */
  static async take(world: ClaimWorld, signal: AbortSignal): Promise<CompactionClaim> {
    const { sink, job, clock, self } = world;
    const document = new ConditionalDocument<CompactionFacts>(sink, {
      key: compactionKey(sink.prefix, job),
      schema: compactionStateSchema,
      invalid: (uri, cause) =>
        new AppError('DATA_LOG_INVALID', `${uri} is not the state of a compaction.`, { cause }),
    });
    const found = await document.read(signal);
    const before = found?.value;
    if (before !== undefined && holds(before, world)) throw busy(job, before);
    const { pid, host, startedAt: processStartedAt } = self;
    const state = stamped<CompactionFacts>({
      version: 1,
      job,
      owner: { pid, host, processStartedAt, token: randomBytes(4).toString('hex') },
      pending: before?.pending ?? [],
      removedThrough: before?.removedThrough ?? 0,
      updatedAt: clock.now().toISOString(),
    });
    const tag = await document.write(state, found?.tag, signal);
    if (tag === undefined) throw busy(job, before);
    return new CompactionClaim(world, document, { value: state, tag });
  }

  /** Notes keys before anything is written to them, and renews the claim. @throws AppError `STORE_COMPACTION_BUSY` */
  async note(
    change: Partial<Pick<CompactionState, 'owner' | 'pending' | 'removedThrough'>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { job, clock } = this.#world;
    const { value, tag } = this.#held;
    const next = stamped({ ...value, ...change, updatedAt: clock.now().toISOString() });
    const written = await this.#document.write(next, tag, signal);
    if (written === undefined) throw busy(job, undefined);
    this.#held = { value: next, tag: written };
  }

  /** @throws AppError `STORE_COMPACTION_BUSY` where another process has taken it over */
  async assertHeld(signal: AbortSignal): Promise<void> {
    const found = await this.#document.read(signal);
    if (found?.tag !== this.#held.tag) throw busy(this.#world.job, undefined);
  }

  async release(signal: AbortSignal): Promise<void> {
    await this.note({ owner: null }, signal);
  }
}

function holds({ owner, updatedAt }: CompactionFacts, { self, isAlive, clock }: ClaimWorld): boolean {
  if (owner === null) return false;
  const { pid, host, processStartedAt: startedAt } = owner;
  if (host === self.host) return isAlive({ pid, host, startedAt });
  return clock.now().getTime() - new Date(updatedAt).getTime() < STALE_MS;
}

function busy(job: string, state: CompactionFacts | undefined): AppError {
  const owner = state?.owner ?? undefined;
  const who = owner === undefined ? 'Another process' : `Process ${owner.pid} on ${owner.host}`;
  return new AppError('STORE_COMPACTION_BUSY', `${who} compacts the capture "${job}".`);
}
