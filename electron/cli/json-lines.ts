/** The lines that `--json` writes to stdout: one event each, the last one `finished`. */
import type { WireError } from '../contract/app-error.ts';
import type { Resumable, Run } from '../contract/run.ts';

/** The last line of every command. Fields that have no meaning for a command are empty, never missing. */
export interface FinishedEvent {
  readonly type: 'finished';
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly runId: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly objects: readonly { key: string; rows: number; bytes: number; etag: string }[];
  /** URI of the manifest. */
  readonly manifest: string | null;
  readonly durationMs: number;
  readonly error?: { code: string; message: string; hint: string };
  /** What a run that failed has kept, for `sluice resume`. */
  readonly resumable?: Resumable;
}

/** One event as a line. Integers beyond 2^53 become strings: readers that use floats would change them. */
export function jsonLine(event: object): string {
  const text = JSON.stringify(event, (_key, value: unknown) =>
    typeof value === 'bigint' || (Number.isInteger(value) && !Number.isSafeInteger(value))
      ? BigInt(value as number).toString()
      : value,
  );
  return `${text}\n`;
}

/** The last event of a run that has ended. What failed or was cancelled has left nothing, so it counts nothing. */
export function finishedRun(run: Run): FinishedEvent {
  const { state } = run;
  const nothing = finishedWithoutRun('cancelled', durationOf(run));
  if (state.tag === 'failed') {
    const { error, resumable } = state;
    return {
      ...nothing,
      outcome: 'failed',
      runId: run.id,
      error: shortError(error),
      ...(resumable === undefined ? {} : { resumable }),
    };
  }
  if (state.tag !== 'succeeded') return { ...nothing, runId: run.id };
  return {
    type: 'finished',
    outcome: 'succeeded',
    runId: run.id,
    rows: state.rows,
    bytes: state.bytes,
    objects: state.objects.map(({ key, rows, bytes, etag }) => ({ key, rows, bytes, etag })),
    manifest: state.manifest,
    durationMs: durationOf(run),
  };
}

/** The last event of a command that makes no run, or failed before there was one. */
export function finishedWithoutRun(
  outcome: FinishedEvent['outcome'],
  durationMs: number,
  more: { rows?: number; error?: WireError } = {},
): FinishedEvent {
  return {
    type: 'finished',
    outcome,
    runId: null,
    rows: more.rows ?? 0,
    bytes: 0,
    objects: [],
    manifest: null,
    durationMs: Math.round(durationMs),
    ...(more.error === undefined ? {} : { error: shortError(more.error) }),
  };
}

/** Milliseconds from the start of a run to its end; 0 while it has none. */
export function durationOf({ startedAt, state }: Run): number {
  return 'finishedAt' in state ? Math.max(0, Date.parse(state.finishedAt) - Date.parse(startedAt)) : 0;
}

function shortError({ code, message, hint }: WireError): { code: string; message: string; hint: string } {
  return { code, message, hint };
}
