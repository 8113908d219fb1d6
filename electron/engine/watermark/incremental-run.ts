/**
 * An incremental run around an extract: takes the job, says what is new, writes the proof into the manifest, and moves
 * the position. The order is the whole of it: claim, objects, "about to publish", manifest, position. Whatever breaks
 * off before the manifest has not happened; whatever breaks off after it is completed by the next run.
 */
import { AppError } from '../../contract/app-error.ts';
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { jobNameOf, type WatermarkSpec } from '../../contract/watermark-spec.ts';
import {
  PROMISE_SENTENCES,
  type IncrementalProof,
  type Position,
  type WatermarkState,
} from '../../contract/watermark-state.ts';
import type { Clock, ObjectSink } from '../ports.ts';
import { RENEW_MS } from './claim-decision.ts';
import { JobLedger, type Claimant } from './job-ledger.ts';
import { nextPosition } from './next-position.ts';
import type { JobFacts, JobIdentity } from './state-moves.ts';
import { planWatermark } from './watermark-plan.ts';
import type { WatermarkAsked, WatermarkFacts, WatermarkPlan, WatermarkReading } from './watermark-facts.ts';

/** Where a run writes down what people should know. */
export type Note = (level: 'info' | 'warn', message: string) => void;

/** A job that was taken for a run. */
interface Begun {
  readonly ledger: JobLedger;
  readonly runId: string;
  readonly spec: WatermarkSpec;
  /** As it was when the job was taken. */
  readonly state: JobFacts;
  readonly clock: Clock;
  readonly note: Note;
}

export class IncrementalRun implements AsyncDisposable {
  readonly #job: Begun;
  readonly #stop = new AbortController();
  readonly #renewing: NodeJS.Timeout;
  #renewal: Promise<void> = Promise.resolve();

  private constructor(job: Begun) {
    this.#job = job;
    this.#renewing = setInterval(() => void this.#renew(), RENEW_MS);
    this.#renewing.unref();
  }

  /** Takes the job. @throws AppError `DEST_JOB_HELD`, or of the DEST_ family */
  static async begin(
    { spec, runId }: { readonly spec: ExtractSpec; readonly runId: string },
    sink: ObjectSink,
    who: Claimant,
    note: Note,
    signal: AbortSignal,
  ): Promise<IncrementalRun> {
    const identity = identityOf(spec);
    const ledger = new JobLedger(identity.job, sink);
    const before = await ledger.look(signal);
    const state = await ledger.claim(identity, runId, who, signal);
    noteState(before, state, identity, note);
    return new IncrementalRun({ ledger, runId, spec: identity.watermark, state, clock: who.clock, note });
  }

  /** What the source is asked before it reads. */
  get asked(): WatermarkAsked {
    return {
      column: this.#job.spec.column,
      position: this.#job.state.position,
      plan: (facts) => this.#plan(facts),
    };
  }

  /** What the manifest says about the run, once its objects are there. */
  proof(reading: WatermarkReading, at: Date): IncrementalProof {
    const { facts, plan, highest, nulls, conditionSql, seen } = reading;
    const { pass, promise, reasons, assumes } = plan.decision;
    const previous = this.#job.state.position;
    const reached = { runId: this.#job.runId, at, watermark: highest, seen, decision: plan.decision };
    return {
      job: this.#job.state.job,
      relation: facts.relation,
      column: this.#job.spec.column,
      type: facts.type,
      pass,
      from: pass === 'backfill' ? (this.#job.spec.range?.from ?? null) : (previous?.watermark ?? null),
      to: highest ?? (pass === 'backfill' ? null : (previous?.watermark ?? null)),
      after: previous?.runId ?? null,
      promise,
      reasons: [...reasons],
      assumes: [...assumes],
      nulls,
      condition: conditionSql,
      position: pass === 'backfill' ? null : nextPosition(this.#job.spec, previous, facts, reached),
    };
  }

  /** Writes down what will be read, and what that is worth. */
  tell({ plan, nulls, facts }: WatermarkReading): void {
    const { pass, promise, reasons, assumes, warnings } = plan.decision;
    // The run, and not its watermark: values of rows do not belong into a log.
    const after = this.#job.state.position?.runId;
    const fresh = after === undefined ? 'what is new' : `what is new since run ${after}`;
    const what = pass === 'full' ? 'all rows' : pass === 'backfill' ? 'a range' : fresh;
    this.#job.note(
      'info',
      `Job "${this.#job.state.job}": takes ${what}, by "${this.#job.spec.column}" in the mode ${this.#job.spec.mode}.`,
    );
    const because = reasons.length === 0 ? '' : `, because ${reasons.join('; ')}`;
    this.#job.note(
      reasons.length === 0 ? 'info' : 'warn',
      `This run: ${PROMISE_SENTENCES[promise]}${because}.`,
    );
    for (const assumed of assumes) this.#job.note('info', `This rests on: ${assumed}`);
    for (const warning of warnings) this.#job.note('warn', warning);
    if (nulls !== null && nulls > 0)
      this.#job.note('warn', `${nulls} rows have no value in "${this.#job.spec.column}".`);
    const writing = facts.sessions.filter(({ writes }) => writes).length;
    if (writing > 0) this.#job.note('info', `${writing} sessions were writing when the snapshot was taken.`);
    // Once for each job, where whoever starts it sees it.
    if (after === undefined && pass === 'full')
      this.#job.note('warn', 'Deletes cannot be seen this way: capture sees them.');
  }

  /** From here on the manifest decides. @throws AppError `DEST_JOB_LOST` */
  async publishing(signal: AbortSignal): Promise<void> {
    await this.#stopRenewing();
    await this.#job.ledger.publishing(this.#job.runId, this.#job.clock.now(), signal);
  }

  /** Moves the position. A failure is no failure of the run: its manifest is there, and the next run looks for it. */
  async settle(manifest: Manifest, signal: AbortSignal): Promise<void> {
    try {
      await this.#job.ledger.settle(manifest, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#job.note(
        'warn',
        `The state of the job could not be written, and the next run will do it: ${reason}`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopRenewing();
  }

  #plan(facts: WatermarkFacts): WatermarkPlan {
    assertSameJob(this.#job.state, facts, this.#job.spec);
    return planWatermark(this.#job.spec, this.#job.state.position, facts);
  }

  async #renew(): Promise<void> {
    this.#renewal = this.#job.ledger
      .renew(this.#job.runId, this.#job.clock.now(), this.#stop.signal)
      .catch((error: unknown) => {
        if (this.#stop.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        this.#job.note('warn', `The claim on the job could not be renewed: ${reason}`);
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
  state: JobFacts,
  identity: JobIdentity,
  note: Note,
): void {
  if (!state.fenced)
    note('warn', 'This endpoint ignores conditions on writes: nothing keeps two runs of this job apart.');
  const takeover = state.trace.findLast((entry) => entry.kind === 'takeover');
  if (takeover !== undefined && takeover.runId === before?.claim?.runId)
    note('warn', `The run ${takeover.runId} had died: it was ${takeover.outcome}.`);
  if (before === undefined || before.position === null) return;
  if (before.where !== identity.where)
    note(
      'warn',
      'The condition of the job has changed: rows that only the new one lets through are not new, and are not taken.',
    );
}

/** A position means nothing for another relation or column. @throws AppError `CONFIG_INVALID_INPUT` */
function assertSameJob(
  { job, relation, position }: JobFacts,
  facts: WatermarkFacts,
  spec: WatermarkSpec,
): void {
  if (position === null || relation === null) return;
  const before = `${relation.schema}.${relation.name}.${position.column}`;
  const now = `${facts.relation.schema}.${facts.relation.name}.${spec.column}`;
  // Not the texts: a dot can be a part of a name.
  const same = relation.schema === facts.relation.schema && relation.name === facts.relation.name;
  if (same && position.column === spec.column) return;
  throw new AppError(
    'CONFIG_INVALID_INPUT',
    `name: the job "${job}" at this destination is of ${before}, and not of ${now}: choose another name, or reset it`,
    { details: { field: 'name' } },
  );
}

/** The position of a run, for a rewind to it; undefined where it was no run of this kind. */
export function positionOf(manifest: Manifest | undefined): Position | undefined {
  return manifest?.incremental?.position ?? undefined;
}
