import type { RunEvent } from '../contract/events.ts';
import type { Run } from '../contract/run.ts';

/** Tells somebody about one run: a person on a terminal, or a program that reads lines. */
export interface RunReporter {
  started(runId: string): void;
  /** Every event of the run, in order. */
  event(event: RunEvent): void;
  /** The run was asked to stop; it can take a moment. */
  cancelling(): void;
  /** Something that the user should know before the run begins. */
  warning(message: string): void;
  /** The run is over. */
  finished(run: Run): void;
}
