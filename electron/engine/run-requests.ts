/** What can be asked of the process that works on a run. */
export type RunRequest = 'pause' | 'continue' | 'cancel';

/** Where processes ask each other; part of the history that they share. */
export interface RunRequests {
  /** Asks the process that works on a run; a later request takes the place of an earlier one. */
  ask(runId: string, request: RunRequest): Promise<void>;
  /** True while something is asked that nobody has taken. */
  isAsked(runId: string): Promise<boolean>;
  /** What is asked, once; undefined where nothing is. */
  takeRequest(runId: string): Promise<RunRequest | undefined>;
}
