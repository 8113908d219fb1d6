/** Runs saved jobs when their timers are due, for as long as the app is open. */
import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { TimerTick } from '../../contract/saved-job.ts';
import type { Clock, Log } from '../ports.ts';
import { decideTimer } from './decide-timer.ts';
import type { JobNote, JobStore } from './job-store.ts';

export interface TimerDeskDeps {
  readonly store: JobStore;
  readonly clock: Clock;
  /** IANA name of the zone that the clock on the wall follows; asked each time, because laptops travel. */
  readonly zone: () => string;
  /** True while a run of the job goes on, in whichever process of this computer. */
  readonly isRunning: (name: string) => Promise<boolean>;
  readonly start: (spec: ExtractSpec) => Promise<{ readonly runId: string }>;
  readonly onChanged: () => void;
  readonly log: Log;
}

/**
 * Milliseconds between two looks. Not one long wait: a timer of the process stands still while the computer sleeps, and
 * knows nothing of a clock that is set.
 */
const LOOK_MS = 10_000;

export class TimerDesk {
  readonly #deps: TimerDeskDeps;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(deps: TimerDeskDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
    void this.look();
  }

  /** Does what is due now. A look that is under way is waited for instead. */
  async look(): Promise<void> {
    this.#looking ??= this.#lookAtAll()
      .catch((error: unknown) => this.#deps.log.error(`Timers: ${textOf(error)}`))
      .finally(() => {
        this.#looking = undefined;
      });
    await this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    for (const [name, { timer }] of await this.#deps.store.notes())
      if (timer !== null) await this.#lookAt(name, timer);
  }

  async #lookAt(name: string, timer: NonNullable<JobNote['timer']>): Promise<void> {
    const { clock, zone, isRunning, store } = this.#deps;
    const now = clock.now();
    const facts = {
      when: timer.when,
      since: new Date(timer.since),
      handledUpTo: new Date(timer.handledUpTo),
    };
    if (decideTimer(facts, now, zone(), false).kind === 'wait') return;
    const decision = decideTimer(facts, now, zone(), await isRunning(name));
    if (decision.kind === 'wait') return;
    const due = decision.due.toISOString();
    // Two apps on one folder, the desktop and a browser: the one that notes the moment first has it. Noted before the
    // run, because a run too few is made up for by the next, and two at once would disturb each other.
    const mine = await store.changeNote(name, (note) =>
      note.timer === null || note.timer.handledUpTo !== timer.handledUpTo
        ? undefined
        : { ...note, timer: { ...note.timer, handledUpTo: due } },
    );
    if (mine === undefined) return;
    const tick = { at: now.toISOString(), due, missed: decision.missed };
    const last: TimerTick =
      decision.kind === 'run'
        ? { ...tick, ...(await this.#start(name)) }
        : { ...tick, outcome: 'skipped', runId: null, reason: 'the run before was still going on' };
    await store.changeNote(name, (note) =>
      note.timer === null ? undefined : { ...note, timer: { ...note.timer, last } },
    );
    this.#deps.onChanged();
  }

  async #start(name: string): Promise<Pick<TimerTick, 'outcome' | 'runId' | 'reason'>> {
    const { store, start, log } = this.#deps;
    try {
      const job = await store.load(name);
      if (job === undefined) return { outcome: 'refused', runId: null, reason: 'the job is gone' };
      const { runId } = await start(job.spec);
      return { outcome: 'started', runId, reason: null };
    } catch (error) {
      log.error(`The timer of the job "${name}" could not start a run: ${textOf(error)}`);
      return { outcome: 'refused', runId: null, reason: textOf(error) };
    }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
