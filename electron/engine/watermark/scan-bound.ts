/**
 * From which value of the watermark on rows can still turn up that a run did not see: that of the oldest transaction
 * that was running, less a margin for clocks that differ and for values that were stamped before it began.
 */
import { AppError } from '../../contract/app-error.ts';
import {
  isTimed,
  parseAmount,
  UNBOUNDED,
  type WatermarkKind,
  type WatermarkSpec,
} from '../../contract/watermark-spec.ts';
import type { Position } from '../../contract/watermark-state.ts';
import type { WatermarkFacts } from './watermark-facts.ts';
import { valueAtTime } from './watermark-kind.ts';

/** An hour: clocks are seconds apart, and objects of an application are stamped minutes before they are saved. */
export const DEFAULT_MARGIN = '1 hour';

/** Between the stamp of a transaction and the moment that others see it lie microseconds, or a process that has to wait. */
const SEEN_LATE_MS = 5_000;

/** The margin of a job, as it is shown. */
export function marginOf(spec: WatermarkSpec): string {
  return spec.margin ?? DEFAULT_MARGIN;
}

/**
 * The bound that the run after this one can use; null where it has to look through the whole relation.
 * @param previous where the run before ended. What was running then has begun after its bound, and so has what is
 *   running now: a bound never has to go back, and where the oldest start is not known, it stays.
 */
export function scanFromNow(
  spec: WatermarkSpec,
  previous: Position | null,
  facts: WatermarkFacts,
): string | null {
  // Where no index finds them by their values, a bound on these saves nothing, and would only drop rows.
  if (spec.margin === UNBOUNDED || facts.subscribed || !facts.indexed) return null;
  const margin = parseAmount(marginOf(spec));
  // Where values are numbers, only the user knows how far they can lie apart.
  if (margin.kind === 'number') return null;
  if (facts.oldestStart.kind === 'unknown') return previous?.scanFrom ?? null;
  const at = facts.oldestStart.at.getTime() - margin.ms - SEEN_LATE_MS;
  return valueAtTime(facts.kind, new Date(at), facts.sample) ?? null;
}

/** Below this value all rows are there that will ever be; or the reason why there is no such value now. */
export function capOf(
  spec: WatermarkSpec,
  facts: WatermarkFacts,
): { readonly value: string } | { readonly reason: string } {
  const { oldestStart } = facts;
  if (oldestStart.kind === 'unknown') {
    return {
      reason:
        oldestStart.because === 'prepared'
          ? 'a prepared transaction is open, and nobody knows when it began, so nothing is taken'
          : 'the user may not see the transactions of others (grant pg_read_all_stats), so nothing is taken',
    };
  }
  const margin = parseAmount(marginOf(spec));
  const ms = SEEN_LATE_MS + (margin.kind === 'time' ? margin.ms : 0);
  const value = valueAtTime(facts.kind, new Date(oldestStart.at.getTime() - ms), facts.sample);
  return value === undefined
    ? { reason: `values of the type ${facts.type} have nothing to do with time` }
    : { value };
}

/** @throws AppError `CONFIG_INVALID_INPUT` for a job whose options the type of its column does not allow */
export function assertMatchesType(spec: WatermarkSpec, kind: WatermarkKind, type: string): void {
  const timed = isTimed(kind);
  const numbered = kind === 'integer' || kind === 'numeric';
  const problem = (field: string, message: string) =>
    new AppError('CONFIG_INVALID_INPUT', `watermark.${field}: ${message}`, {
      details: { field: `watermark.${field}` },
    });
  if (spec.mode === 'cap' && !timed)
    throw problem('mode', `cap needs a column of times, and "${spec.column}" is ${type}`);
  if (spec.margin !== undefined && spec.margin !== UNBOUNDED) {
    const amount = parseAmount(spec.margin);
    if (amount.kind === 'number' || !(timed || kind === 'uuid'))
      throw problem(
        'margin',
        `"${spec.margin}" means nothing for a column of the type ${type}; "unbounded" does`,
      );
  }
  if (spec.mode === 'cap' && spec.margin === UNBOUNDED) throw problem('margin', 'cap needs a margin of time');
  if (spec.lookback !== undefined) {
    const amount = parseAmount(spec.lookback);
    if (!(amount.kind === 'time' ? timed : numbered))
      throw problem('lookback', `"${spec.lookback}" cannot be taken from a column of the type ${type}`);
  } else if (spec.mode === 'lookback' && !timed) {
    throw problem('lookback', `is needed for a column of the type ${type}`);
  }
}
