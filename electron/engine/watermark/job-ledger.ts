/**
 * The state of one job at its destination. Each change is read, made, and written on condition that nobody else has
 * written in between; whoever loses reads again and finds out what has changed. Two runs that publish are kept apart by
 * the order of things: a run says that it is about to write its manifest, writes it, and only then moves the position.
 */
import { randomUUID } from 'node:crypto';
import { AppError } from '../../contract/app-error.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { parseWrittenText } from '../../contract/parse-written.ts';
import { watermarkStateSchema, type Claim, type WatermarkState } from '../../contract/watermark-state.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { manifestKey } from '../extract/manifest-key.ts';
import { replaceFenced } from '../fenced-write.ts';
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

/** Attempts to write before somebody else: each one that fails means that another got through. */
const ATTEMPTS = 20;

/** Who asks for a job, and how it finds out about others. */
export interface Claimant {
  readonly clock: Clock;
  readonly self: Worker;
  readonly isAlive: (worker: Worker) => boolean;
}

interface Read {
  readonly state: WatermarkState;
  readonly tag: string;
}

export class JobLedger {
  readonly #sink: ObjectSink;
  readonly #job: string;
  readonly #key: string;

  constructor(job: string, sink: ObjectSink) {
    this.#sink = sink;
    this.#job = job;
    this.#key = stateKey(sink.prefix, job);
  }

  /** Where the state lies, for people. */
  get uri(): string {
    return this.#sink.uriOf(this.#key);
  }

  /** The state as it is; undefined where the job has never run. @throws AppError `DATA_STATE_INVALID`, `STORE_VERSION_NEWER` */
  async look(signal: AbortSignal): Promise<WatermarkState | undefined> {
    return (await this.#read(signal))?.state;
  }

  /**
   * Takes the job for a run. What a dead run left is brought to its end first: adopted with its manifest, dropped
   * without. @throws AppError `DEST_JOB_HELD` that says by whom
   */
  async claim(identity: JobIdentity, runId: string, who: Claimant, signal: AbortSignal): Promise<JobFacts> {
    const { clock, self } = who;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const read = (await this.#read(signal)) ?? (await this.#begin(identity, signal));
      if (read === undefined) continue;
      const free = await this.#freed(read.state, who, signal);
      const now = clock.now().toISOString();
      const own = {
        runId,
        pid: self.pid,
        host: self.host,
        processStartedAt: self.startedAt,
        claimedAt: now,
        renewedAt: now,
        phase: 'extracting' as const,
      };
      const taken = claimed(free, identity, own);
      const textWith = (fenced: boolean) => textOf({ ...taken, fenced, writeId: randomUUID() });
      const written = await replaceFenced(this.#sink, this.#key, textWith, read.tag, signal);
      if (written !== undefined) return { ...taken, fenced: written.fenced };
    }
    throw this.#contested();
  }

  /** Says that the run is alive. @throws AppError `DEST_JOB_LOST` where another has taken the job over */
  async renew(runId: string, at: Date, signal: AbortSignal): Promise<void> {
    const renewedAt = at.toISOString();
    await this.#change(runId, signal, (state, claim) => ({ ...state, claim: { ...claim, renewedAt } }));
  }

  /** Says that the manifest is about to be written. From then on it decides. @throws AppError `DEST_JOB_LOST` */
  async publishing(runId: string, at: Date, signal: AbortSignal): Promise<void> {
    const renewedAt = at.toISOString();
    await this.#change(runId, signal, (state, claim) => ({
      ...state,
      claim: { ...claim, renewedAt, phase: 'publishing' },
    }));
  }

  /** Moves the position to where the manifest says. Does nothing where another has done so already. */
  async settle(manifest: Manifest, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const read = await this.#read(signal);
      if (read === undefined) return;
      if (read.state.claim?.runId !== manifest.runId) {
        if (hasSettled(read.state, manifest.runId)) return;
        throw this.#lost(read.state);
      }
      if ((await this.#write(settledWith(read.state, manifest), read.tag, signal)) !== undefined) return;
    }
    throw this.#contested();
  }

  /**
   * Gives the job up for a run that has failed, before anything of it is removed.
   * @returns false where its rows count already, because somebody found its manifest: then nothing may be removed
   */
  async abandon(runId: string, signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const read = await this.#read(signal);
      if (read === undefined) return true;
      if (read.state.claim?.runId !== runId) return !hasSettled(read.state, runId);
      const free = { ...read.state, claim: null };
      if ((await this.#write(free, read.tag, signal)) !== undefined) return true;
    }
    throw this.#contested();
  }

  /** Changes what the user asked to be changed, while nobody works on the job. @throws AppError `DEST_JOB_HELD` */
  async edit(
    change: (state: JobFacts) => JobFacts,
    who: Claimant,
    signal: AbortSignal,
  ): Promise<WatermarkState> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const read = await this.#read(signal);
      if (read === undefined) {
        throw new AppError(
          'DEST_NO_JOB',
          `There is no state of a job "${this.#job}" at ${this.#sink.label}.`,
        );
      }
      const free = await this.#freed(read.state, who, signal);
      const written = await this.#write(change(free), read.tag, signal);
      if (written !== undefined) return written;
    }
    throw this.#contested();
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

  /** Undefined where somebody else began at the same moment. */
  async #begin(identity: JobIdentity, signal: AbortSignal): Promise<Read | undefined> {
    const sink = this.#sink;
    const state: WatermarkState = { ...newState(identity), writeId: randomUUID() };
    const tag = await sink.replaceState(this.#key, textOf(state), undefined, signal);
    return tag === undefined ? undefined : { state, tag };
  }

  async #change(
    runId: string,
    signal: AbortSignal,
    move: (state: WatermarkState, claim: NonNullable<WatermarkState['claim']>) => JobFacts,
  ): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const read = await this.#read(signal);
      const claim = read?.state.claim;
      if (read === undefined || claim?.runId !== runId) throw this.#lost(read?.state);
      if ((await this.#write(move(read.state, claim), read.tag, signal)) !== undefined) return;
    }
    throw this.#contested();
  }

  async #read(signal: AbortSignal): Promise<Read | undefined> {
    const sink = this.#sink;
    const found = await sink.readState(this.#key, signal);
    if (found === undefined) return undefined;
    const uri = this.uri;
    const state = parseWrittenText(
      watermarkStateSchema,
      found.text,
      uri,
      (cause) => new AppError('DATA_STATE_INVALID', `${uri} is not the state of a job of Sluice.`, { cause }),
    );
    return { state, tag: found.tag };
  }

  async #write(facts: JobFacts, tag: string, signal: AbortSignal): Promise<WatermarkState | undefined> {
    const state: WatermarkState = { ...facts, writeId: randomUUID() };
    const written = await this.#sink.replaceState(this.#key, textOf(state), tag, signal);
    return written === undefined ? undefined : state;
  }

  #lost(state: WatermarkState | undefined): AppError {
    const claim = state?.claim ?? undefined;
    const holder = claim === undefined ? 'somebody else' : describeClaim(claim);
    return new AppError('DEST_JOB_LOST', `The job "${this.#job}" was taken over by ${holder}.`);
  }

  #contested(): AppError {
    return new AppError('DEST_JOB_HELD', `Others keep changing the state of the job "${this.#job}".`);
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

function textOf(state: WatermarkState): string {
  return `${JSON.stringify(state, null, 2)}\n`;
}
