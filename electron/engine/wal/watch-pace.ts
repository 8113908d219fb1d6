/** How often the watch looks: gently, and more gently still where nobody answers. Pure. */

export interface WatchPace {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Milliseconds between two messages of a heartbeat. */
  readonly beatMs: number;
  /** Milliseconds that the pause grows to while the server is away. */
  readonly longestMs: number;
  /** Milliseconds after which a look that gets no answer has failed. */
  readonly patienceMs: number;
}

export const WATCH_PACE: WatchPace = {
  everyMs: 30_000,
  beatMs: 60_000,
  longestMs: 10 * 60_000,
  patienceMs: 20_000,
};

/** The pause before the next look, after so many that have failed in a row: doubled each time. */
export function pauseMs({ everyMs, longestMs }: WatchPace, failures: number): number {
  return Math.min(everyMs * 2 ** Math.min(failures, 20), longestMs);
}
