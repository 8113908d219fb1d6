/** Answers what users ask about saved jobs. */
import { AppError } from '../../contract/app-error.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { KnownPosition, SavedJob } from '../../contract/saved-job.ts';
import type { WatermarkState } from '../../contract/watermark-state.ts';
import type { CallHandlers } from '../call-handlers.ts';
import type { Clock } from '../ports.ts';
import { nextMoment } from './decide-timer.ts';
import { NO_NOTE, type JobNote, type JobStore, type StoredJob } from './job-store.ts';

export interface SavedJobDeskDeps {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly zone: () => string;
  /** Told after each change by this process. */
  readonly onChanged: () => void;
}

export type SavedJobCalls = Pick<
  CallHandlers,
  'savedJobs.list' | 'savedJobs.save' | 'savedJobs.remove' | 'savedJobs.setTimer'
>;

export class SavedJobDesk {
  readonly #deps: SavedJobDeskDeps;
  readonly calls: SavedJobCalls;

  constructor(deps: SavedJobDeskDeps) {
    this.#deps = deps;
    const { store, clock, onChanged } = deps;
    this.calls = {
      'savedJobs.list': async () => {
        const { jobs, broken } = await store.list();
        const notes = await store.notes();
        return { jobs: jobs.map((job) => this.#shown(job, notes.get(job.name))), broken: [...broken] };
      },
      'savedJobs.save': async ({ spec, replace }) => {
        const { name = '' } = spec;
        if (!replace) await this.#refuseTwin(name);
        await store.save(name, spec);
        onChanged();
        return await this.#job(name);
      },
      'savedJobs.remove': async ({ name }) => {
        await this.#job(name);
        await store.remove(name);
        onChanged();
        return {};
      },
      'savedJobs.setTimer': async ({ name, when }) => {
        await this.#job(name);
        const now = clock.now().toISOString();
        const timer = when === null ? null : { when, since: now, handledUpTo: now, last: null };
        await store.changeNote(name, (note) => ({ ...note, timer }));
        onChanged();
        return await this.#job(name);
      },
    };
  }

  /** Keeps a copy of how far a job is, where it is saved here; for display, nothing reads it to decide. */
  async noteState(job: string, state: WatermarkState | null): Promise<void> {
    const run = state?.trace.findLast((entry) => entry.kind === 'run');
    const { position = null } = state ?? {};
    const known: Omit<KnownPosition, 'at'> | null =
      position === null || run === undefined
        ? null
        : { runId: position.runId, watermark: position.watermark, promise: run.promise };
    await this.#note(job, known);
  }

  /** The same after a run, from its manifest. */
  async noteRun({ incremental }: Pick<Manifest, 'incremental'>): Promise<void> {
    if (incremental === undefined || incremental.position === null) return;
    const { job, position, promise } = incremental;
    await this.#note(job, { runId: position.runId, watermark: position.watermark, promise });
  }

  async #note(job: string, known: Omit<KnownPosition, 'at'> | null): Promise<void> {
    const { store, clock, onChanged } = this.#deps;
    if ((await store.load(job)) === undefined) return;
    const at = clock.now().toISOString();
    // Only what is new is told of: whoever hears of a change looks again, and would look for ever.
    const changed = await store.changeNote(job, (note) =>
      sameKnown(note.known, known) ? undefined : { ...note, known: known === null ? null : { at, ...known } },
    );
    if (changed !== undefined) onChanged();
  }

  /** Names that differ in capitals alone are one file on half of all computers. */
  async #refuseTwin(name: string): Promise<void> {
    const { jobs, broken } = await this.#deps.store.list();
    const twin = jobs.find((job) => job.name.toLowerCase() === name.toLowerCase());
    const file = `${name}.json`.toLowerCase();
    if (twin === undefined && !broken.some((each) => each.file.toLowerCase().endsWith(file))) return;
    throw new AppError('CONFIG_JOB_EXISTS', `name: a job named "${twin?.name ?? name}" is saved already`, {
      details: { field: 'spec.name' },
    });
  }

  async #job(name: string): Promise<SavedJob> {
    const job = await this.#deps.store.load(name);
    if (job === undefined)
      throw new AppError('CONFIG_JOB_NOT_FOUND', `There is no saved job named "${name}".`);
    return this.#shown(job, (await this.#deps.store.notes()).get(name));
  }

  #shown({ name, file, spec }: StoredJob, { timer, known }: JobNote = NO_NOTE): SavedJob {
    if (timer === null) return { name, file, spec, timer: null, known };
    const { when, since, last } = timer;
    const next = nextMoment({ when, since: new Date(since) }, this.#deps.clock.now(), this.#deps.zone());
    return { name, file, spec, timer: { when, nextAt: next.toISOString(), last }, known };
  }
}

function sameKnown(before: KnownPosition | null, now: Omit<KnownPosition, 'at'> | null): boolean {
  if (before === null || now === null) return before === now;
  return before.runId === now.runId && before.watermark === now.watermark && before.promise === now.promise;
}
