/**
 * An incremental run around an extract: takes the job, says what is new, writes the proof into the manifest, and moves
 * the position. The order is the whole of it: claim, objects, "about to publish", manifest, position. Whatever breaks
 * off before the manifest has not happened; whatever breaks off after it is completed by the next run.
 */
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { jobNameOf, type WatermarkSpec } from '../../contract/watermark-spec.ts';
import {
  PROMISE_SENTENCES,
  type IncrementalProof,
  type Position,
  type WatermarkState,
} from '../../contract/watermark-state.ts';
import { RENEW_MS } from './claim-decision.ts';
import { decideRead } from './decide-read.ts';
import { JobLedger, type LedgerDeps } from './job-ledger.ts';
import { nextPosition } from './next-position.ts';
import { assertMatchesType, scanFromNow } from './scan-bound.ts';
import type { JobIdentity } from './state-moves.ts';
import type { WatermarkAsked, WatermarkFacts, WatermarkPlan, WatermarkReading } from './watermark-facts.ts';

/** Where a run writes down what people should know. */
export type Note = (level: 'info' | 'warn', message: string) => void;

export class IncrementalRun implements AsyncDisposable {
  readonly #ledger: JobLedger;
  readonly #runId: string;
  readonly #spec: WatermarkSpec;
  readonly #state: WatermarkState;
  readonly #note: Note;
  readonly #stop = new AbortController();
  readonly #renewing: NodeJS.Timeout;
  #renewal: Promise<void> = Promise.resolve();

  private constructor(
    ledger: JobLedger,
    runId: string,
    spec: WatermarkSpec,
    state: WatermarkState,
    note: Note,
  ) {
    this.#ledger = ledger;
    this.#runId = runId;
    this.#spec = spec;
    this.#state = state;
    this.#note = note;
    this.#renewing = setInterval(() => void this.#renew(), RENEW_MS);
    this.#renewing.unref();
  }

  /** Takes the job. @throws AppError `DEST_JOB_HELD`, or of the DEST_ family */
  static async begin(
    { spec, runId }: { readonly spec: ExtractSpec; readonly runId: string },
    deps: LedgerDeps,
    note: Note,
    signal: AbortSignal,
  ): Promise<IncrementalRun> {
    const identity = identityOf(spec);
    const ledger = new JobLedger(identity.job, deps);
    const before = await ledger.look(signal);
    const state = await ledger.claim(identity, runId, signal);
    noteState(before, state, identity, note);
    return new IncrementalRun(ledger, runId, identity.watermark, state, note);
  }

  /** What the source is asked before it reads. */
  get asked(): WatermarkAsked {
    return { column: this.#spec.column, plan: (facts) => this.#plan(facts) };
  }

  /** What the manifest says about the run, once its objects are there. */
  proof(reading: WatermarkReading, at: Date): IncrementalProof {
    const { facts, plan, highest, nulls, conditionSql, seen } = reading;
    const { pass, promise, reasons, assumes } = plan.decision;
    const previous = this.#state.position;
    const reached = { runId: this.#runId, at, watermark: highest, seen };
    return {
      job: this.#state.job,
      relation: facts.relation,
      column: this.#spec.column,
      type: facts.type,
      pass,
      from: pass === 'backfill' ? (this.#spec.range?.from ?? null) : (previous?.watermark ?? null),
      to: highest ?? (pass === 'backfill' ? null : (previous?.watermark ?? null)),
      after: previous?.runId ?? null,
      promise,
      reasons: [...reasons],
      assumes: [...assumes],
      nulls,
      condition: conditionSql,
      position: pass === 'backfill' ? null : nextPosition(this.#spec, previous, facts, reached),
    };
  }

  /** Writes down what will be read, and what that is worth. */
  tell({ plan, nulls, facts }: WatermarkReading): void {
    const { pass, promise, reasons, assumes, warnings } = plan.decision;
    const from = this.#state.position?.watermark;
    const what = pass === 'full' ? 'all rows' : from == null ? 'what is new' : `what is new since ${from}`;
    this.#note(
      'info',
      `Job "${this.#state.job}": takes ${what}, by "${this.#spec.column}" in the mode ${this.#spec.mode}.`,
    );
    const because = reasons.length === 0 ? '' : `, because ${reasons.join('; ')}`;
    this.#note(reasons.length === 0 ? 'info' : 'warn', `This run: ${PROMISE_SENTENCES[promise]}${because}.`);
    for (const assumed of assumes) this.#note('info', `This rests on: ${assumed}`);
    for (const warning of warnings) this.#note('warn', warning);
    if (nulls !== null && nulls > 0)
      this.#note('warn', `${nulls} rows have no value in "${this.#spec.column}".`);
    const writing = facts.sessions.filter(({ writes }) => writes).length;
    if (writing > 0) this.#note('info', `${writing} sessions were writing when the snapshot was taken.`);
    if (pass === 'full') this.#note('info', 'Deletes cannot be seen this way: capture sees them.');
  }

  /** From here on the manifest decides. @throws AppError `DEST_JOB_LOST` */
  async publishing(signal: AbortSignal): Promise<void> {
    await this.#stopRenewing();
    await this.#ledger.publishing(this.#runId, signal);
  }

  /** Moves the position. A failure is no failure of the run: its manifest is there, and the next run looks for it. */
  async settle(manifest: Manifest, signal: AbortSignal): Promise<void> {
    try {
      await this.#ledger.settle(manifest, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#note('warn', `The state of the job could not be written, and the next run will do it: ${reason}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopRenewing();
  }

  #plan(facts: WatermarkFacts): WatermarkPlan {
    assertMatchesType(this.#spec, facts.kind, facts.type);
    const { position } = this.#state;
    const decision = decideRead(this.#spec, position, facts);
    const tracks =
      this.#spec.mode === 'exact' &&
      decision.pass !== 'backfill' &&
      facts.noXids === undefined &&
      !facts.standby;
    return { decision, writers: tracks ? { from: scanFromNow(this.#spec, position, facts) } : null };
  }

  async #renew(): Promise<void> {
    this.#renewal = this.#ledger.renew(this.#runId, this.#stop.signal).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#note('warn', `The claim on the job could not be renewed: ${reason}`);
    });
    await this.#renewal;
  }

  /** Waits for a renewal that is on its way: it would otherwise change the state under the next write. */
  async #stopRenewing(): Promise<void> {
    clearInterval(this.#renewing);
    this.#stop.abort();
    await this.#renewal;
  }
}

/** The job that a spec belongs to. */
export function identityOf(spec: ExtractSpec): JobIdentity {
  const { selection, watermark, name } = spec;
  if (watermark === undefined || 'query' in selection)
    throw new TypeError('the spec is of no incremental job');
  return { job: name ?? jobNameOf(selection.table), watermark, where: selection.where ?? null };
}

function noteState(
  before: WatermarkState | undefined,
  state: WatermarkState,
  identity: JobIdentity,
  note: Note,
): void {
  if (!state.fenced)
    note('warn', 'This endpoint ignores conditions on writes: nothing keeps two runs of this job apart.');
  const takeover = state.trace.findLast((entry) => entry.kind === 'takeover');
  if (before?.claim != null && takeover?.runId === before.claim.runId)
    note('warn', `The run ${takeover.runId} had died: it was ${takeover.outcome}.`);
  if (before === undefined || before.position === null) return;
  if (before.where !== identity.where)
    note(
      'warn',
      'The condition of the job has changed: rows that only the new one lets through are not new, and are not taken.',
    );
  if (before.watermark.column !== identity.watermark.column)
    note('warn', `The watermark column was "${before.watermark.column}" before.`);
}

/** The position of a run, for a rewind to it; undefined where it was no run of this kind. */
export function positionOf(manifest: Manifest | undefined): Position | undefined {
  return manifest?.incremental?.position ?? undefined;
}
