import type { RunPhase } from '../contract/run.ts';
import { finishedRun, jsonLine } from './json-lines.ts';
import type { RunReporter } from './run-reporter.ts';

/** Milliseconds between two progress lines: a log is not filled by a run of an hour. */
const PROGRESS_MS = 500;

/** Writes one JSON event a line: `started`, `phase`, `progress`, `log`, and at the end `finished`. */
export function createJsonReporter(out: (text: string) => void, monotonicMs: () => number): RunReporter {
  let phase: RunPhase | undefined;
  let lastProgressMs = -Infinity;
  const write = (event: object) => out(jsonLine(event));
  return {
    started: (runId) => write({ type: 'started', runId }),
    event: (event) => {
      if (event.type === 'run') {
        const { state, id } = event.run;
        if (state.tag !== 'running' || state.phase === phase) return;
        phase = state.phase;
        write({ type: 'phase', runId: id, phase });
      } else if (event.type === 'progress') {
        const now = monotonicMs();
        if (now - lastProgressMs < PROGRESS_MS) return;
        lastProgressMs = now;
        write({ type: 'progress', runId: event.runId, ...event.progress });
      } else {
        write({ type: 'log', runId: event.runId, ...event.line });
      }
    },
    cancelling: () => undefined,
    warning: (message) => write({ type: 'log', runId: null, level: 'warn', message }),
    finished: (run) => write(finishedRun(run)),
  };
}
