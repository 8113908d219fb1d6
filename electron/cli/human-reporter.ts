/** Tells a person about a run, on stderr: a line that redraws itself on a terminal, plain lines in a log. */
import type { WireError } from '../contract/app-error.ts';
import type { FailedState, Run, RunPhase, RunProgress, SucceededState } from '../contract/run.ts';
import { formatBytes, formatDuration, formatRows } from './amounts.ts';
import { durationOf } from './json-lines.ts';
import { phaseWord, progressLine } from './progress-line.ts';
import type { RunReporter } from './run-reporter.ts';
import { withoutControls } from './text-width.ts';

/** Milliseconds between two pictures on a terminal, and between two lines in a log. */
const REDRAW_MS = 100;
const LOG_MS = 10_000;
/** Back to the start of the line, and erase what is right of it. */
const ERASE_LINE = '\r\u001b[K';
/** Objects that the summary lists; the manifest has them all. */
const OBJECTS_SHOWN = 20;

export interface HumanTerminal {
  readonly stderrIsTerminal: boolean;
  readonly columns: () => number;
  readonly err: (text: string) => void;
  readonly monotonicMs: () => number;
}

/** A reporter that writes to stderr only: stdout is for results. */
export function createHumanReporter(terminal: HumanTerminal): RunReporter {
  const { err, monotonicMs, stderrIsTerminal } = terminal;
  let drawn = false;
  let lastMs = monotonicMs();
  let phase: RunPhase | undefined;

  const erase = () => {
    if (drawn) err(ERASE_LINE);
    drawn = false;
  };
  const say = (text: string) => {
    erase();
    err(`${text}\n`);
  };
  const progress = (picture: RunProgress) => {
    const now = monotonicMs();
    if (now - lastMs < (stderrIsTerminal ? REDRAW_MS : LOG_MS)) return;
    lastMs = now;
    if (!stderrIsTerminal) return say(progressLine(picture, 200));
    err(ERASE_LINE + progressLine(picture, terminal.columns() - 1));
    drawn = true;
  };

  return {
    started: (runId) => say(`Run ${runId}`),
    event: (event) => {
      if (event.type === 'progress') return progress(event.progress);
      if (event.type === 'log') {
        // Errors come at the end, with hint and code.
        if (event.line.level === 'warn') say(`warning: ${withoutControls(event.line.message)}`);
        return;
      }
      const { state } = event.run;
      if (stderrIsTerminal || state.tag !== 'running' || state.phase === phase) return;
      phase = state.phase;
      say(phaseWord(phase));
    },
    cancelling: () => say('Cancelling; press Ctrl-C again to leave at once'),
    warning: (message) => say(`warning: ${message}`),
    finished: (run) => {
      const { state } = run;
      if (state.tag === 'succeeded') say(summary(run, state));
      else if (state.tag === 'failed') say([errorText(state.error), ...keptText(run.id, state)].join('\n'));
      else say(`Cancelled after ${formatDuration(durationOf(run))}; nothing was left behind`);
    },
  };
}

/** Message, hint and code of an error, for people. */
export function errorText({ message, hint, code }: Pick<WireError, 'message' | 'hint' | 'code'>): string {
  return `error: ${withoutControls(message)}\nhint:  ${hint}\ncode:  ${code}`;
}

/** What a failed run has kept, and how to go on with it. */
function keptText(runId: string, { resumable }: FailedState): string[] {
  if (resumable === undefined) return [];
  const { doneRanges, ranges } = resumable;
  return [
    `kept:  ${doneRanges} of ${ranges} ranges; \`sluice resume ${runId}\` reads the others, \`sluice discard ${runId}\` removes them`,
  ];
}

function summary(run: Run, { rows, bytes, objects, manifest }: SucceededState): string {
  const shown = objects.slice(0, OBJECTS_SHOWN);
  const lines = [
    `Extracted ${formatRows(rows)}, ${formatBytes(bytes)}, in ${formatDuration(durationOf(run))}`,
    ...shown.map(
      (object) =>
        `  ${withoutControls(object.uri)}  ${formatRows(object.rows)}, ${formatBytes(object.bytes)}`,
    ),
  ];
  if (objects.length > shown.length) lines.push(`  and ${objects.length - shown.length} more objects`);
  lines.push(`Manifest: ${withoutControls(manifest)}`);
  return lines.join('\n');
}
