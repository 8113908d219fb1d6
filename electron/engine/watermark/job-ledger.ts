/**
 * The state of one job at its destination. Each change is read, made, and written on condition that nobody else has
 * written in between; whoever loses reads again and finds out what has changed. Two runs that publish are kept apart by
 * the order of things: a run says that it is about to write its manifest, writes it, and only then moves the position.
 */
import { AppError } from '../../contract/app-error.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { watermarkStateSchema, type Claim, type WatermarkState } from '../../contract/watermark-state.ts';
import { ConditionalDocument, type Move, type Moved } from '../documents/conditional-document.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { manifestKey } from '../extract/manifest-key.ts';
import { describeClaim, isHeld, type Worker } from './claim-decision.ts';
import {
  claimed,
  dropped,
  hasSettled,
  newState,
  settled,
  traced,
  type JobFacts,
  type JobIdentity,
} from './state-moves.ts';

/** Who asks for a job, and how it finds out about others. */
export interface Claimant {
  readonly clock: Clock;
  readonly self: Worker;
  readonly isAlive: (worker: Worker) => boolean;
}

export class JobLedger {
  readonly #sink: ObjectSink;
  readonly #job: string;
  readonly #document: ConditionalDocument<JobFacts>;

  constructor(job: string, sink: ObjectSink) {
    this.#sink = sink;
    this.#job = job;
    this.#document = new ConditionalDocument(sink, {
      key: stateKey(sink.prefix, job),
      schema: watermarkStateSchema,
      invalid: (uri, cause) =>
        new AppError('DATA_STATE_INVALID', `${uri} is not the state of a job of Sluice.`, { cause }),
    });
  }

  /** Where the state lies, for people. */
  get uri(): string {
    return this.#document.uri;
  }

  /** The state as it is; undefined where the job has never run. @throws AppError `DATA_STATE_INVALID`, `STORE_VERSION_NEWER` */
  async look(signal: AbortSignal): Promise<WatermarkState | undefined> {
    return (await this.#document.read(signal))?.value;
  }

  /**
   * Takes the job for a run. What a dead run left is brought to its end first: adopted with its manifest, dropped
   * without. @throws AppError `DEST_JOB_HELD` that says by whom
   */
  async claim(identity: JobIdentity, runId: string, who: Claimant, signal: AbortSignal): Promise<JobFacts> {
    const { clock, self } = who;
    const taken = await this.#document.claim(
      () => newState(identity),
      async (state) => {
        const free = await this.#freed(state, who, signal);
        const now = clock.now().toISOString();
        const { pid, host, startedAt: processStartedAt } = self;
        const times = { claimedAt: now, renewedAt: now };
        return claimed(free, identity, { runId, pid, host, processStartedAt, ...times, phase: 'extracting' });
      },
      signal,
    );
    return (taken ?? this.#contested()).value;
  }

  /** Says that the run is alive. @throws AppError `DEST_JOB_LOST` where another has taken the job over */
  async renew(runId: string, at: Date, signal: AbortSignal): Promise<void> {
    await this.#renew(runId, { renewedAt: at.toISOString() }, signal);
  }

  /** Says that the manifest is about to be written. From then on it decides. @throws AppError `DEST_JOB_LOST` */
  async publishing(runId: string, at: Date, signal: AbortSignal): Promise<void> {
    await this.#renew(runId, { renewedAt: at.toISOString(), phase: 'publishing' }, signal);
  }

  /** Moves the position to where the manifest says. Does nothing where another has done so already. */
  async settle(manifest: Manifest, signal: AbortSignal): Promise<void> {
    await this.#change((state) => {
      if (state === undefined) return { result: true };
      if (state.claim?.runId === manifest.runId) return { write: settledWith(state, manifest), result: true };
      if (hasSettled(state, manifest.runId)) return { result: true };
      throw this.#lost(state);
    }, signal);
  }

  /**
   * Gives the job up for a run that has failed, before anything of it is removed.
   * @returns false where its rows count already, because somebody found its manifest: then nothing may be removed
   */
  async abandon(runId: string, signal: AbortSignal): Promise<boolean> {
    const { result: isMine } = await this.#change((state) => {
      if (state === undefined) return { result: true };
      if (state.claim?.runId !== runId) return { result: !hasSettled(state, runId) };
      return { write: { ...state, claim: null }, result: true };
    }, signal);
    return isMine;
  }

  /** Changes what the user asked to be changed, while nobody works on the job. @throws AppError `DEST_JOB_HELD` */
  async edit(
    change: (state: JobFacts) => JobFacts,
    who: Claimant,
    signal: AbortSignal,
  ): Promise<WatermarkState> {
    const { value } = await this.#change(async (state) => {
      if (state === undefined) return { result: false };
      return { write: change(await this.#freed(state, who, signal)), result: true };
    }, signal);
    if (value !== undefined) return value;
    throw new AppError('DEST_NO_JOB', `There is no state of a job "${this.#job}" at ${this.#sink.label}.`);
  }

  /** The state without a claim. @throws AppError `DEST_JOB_HELD` where somebody stands behind it */
  async #freed(state: WatermarkState, who: Claimant, signal: AbortSignal): Promise<JobFacts> {
    const { claim } = state;
    if (claim === null) return state;
    if (!isHeld(claim, who.self, who.clock.now(), who.isAlive))
      return await this.#takeOver(state, claim, who, signal);
    throw new AppError('DEST_JOB_HELD', `The job "${this.#job}" is being run by ${describeClaim(claim)}.`, {
      details: { runId: claim.runId, host: claim.host, pid: claim.pid, state: this.uri },
    });
  }

  /** A claim whose owner is gone: with its manifest the run has succeeded, without one it never will. */
  async #takeOver(
    state: WatermarkState,
    claim: Claim,
    { self, clock }: Claimant,
    signal: AbortSignal,
  ): Promise<JobFacts> {
    const sink = this.#sink;
    const by = `process ${self.pid} on ${self.host}`;
    if (claim.phase === 'extracting') return dropped(state, by, clock.now());
    const key = manifestKey(sink.prefix, claim.runId);
    // Should the owner only be slow, its manifest must not appear when this run has taken the same rows. Where nothing
    // fences, the note could replace it instead; and a state that was copied can be wrong about that.
    const note = { abandoned: claim.runId, by, at: clock.now().toISOString() };
    const there = await sink.findManifest(key, signal);
    if (there === undefined && state.fenced)
      await sink.replaceState(key, `${JSON.stringify(note)}\n`, undefined, signal);
    const manifest = there ?? (await sink.findManifest(key, signal));
    if (manifest === undefined) return dropped(state, by, clock.now());
    const at = clock.now().toISOString();
    return traced(settledWith(state, manifest), {
      kind: 'takeover',
      at,
      by,
      runId: claim.runId,
      outcome: 'adopted',
    });
  }

  async #renew(
    runId: string,
    renewal: Partial<Pick<Claim, 'renewedAt' | 'phase'>>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#change((state) => {
      if (state?.claim?.runId !== runId) throw this.#lost(state);
      return { write: { ...state, claim: { ...state.claim, ...renewal } }, result: true };
    }, signal);
  }

  async #change<R>(
    move: (state: WatermarkState | undefined) => Move<JobFacts, R> | Promise<Move<JobFacts, R>>,
    signal: AbortSignal,
  ): Promise<Moved<JobFacts, R>> {
    return (await this.#document.update(move, signal)) ?? this.#contested();
  }

  #lost(state: WatermarkState | undefined): AppError {
    const claim = state?.claim ?? undefined;
    const holder = claim === undefined ? 'somebody else' : describeClaim(claim);
    return new AppError('DEST_JOB_LOST', `The job "${this.#job}" was taken over by ${holder}.`);
  }

  #contested(): never {
    throw new AppError('DEST_JOB_HELD', `Others keep changing the state of the job "${this.#job}".`);
  }
}

/** Where the state of a job lies. */
export function stateKey(prefix: string, job: string): string {
  const key = `_sluice/${job}/state.json`;
  return prefix === '' ? key : `${prefix}/${key}`;
}

function settledWith(state: WatermarkState, manifest: Manifest): JobFacts {
  const { incremental } = manifest;
  if (incremental === undefined) {
    throw new AppError(
      'DATA_MANIFEST_INVALID',
      `The manifest of run ${manifest.runId} is of no incremental run.`,
    );
  }
  return settled(state, manifest, incremental, incremental.relation);
}
