/** What the next run of an incremental job takes, in sentences. */
import { PROMISE_SENTENCES } from '../../../electron/contract/watermark-state.ts';
import type { WatermarkLook } from '../../../electron/contract/watermark-look.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { formatMoment } from '../../format/dates.ts';

export function rowsText({ pass, rows, estimatedRows, fromAt }: WatermarkLook): string {
  const amount =
    rows === null
      ? estimatedRows === null
        ? 'An unknown number of rows'
        : `About ${countOf(Math.round(estimatedRows), 'row')} (estimated)`
      : countOf(rows, 'row');
  if (pass === 'full')
    return fromAt === null ? `${amount}: the first run takes all.` : `${amount}: this run takes all.`;
  if (rows === 0) return 'No row is new.';
  const since = fromAt === null ? '' : ` since the run of ${formatMoment(fromAt)}`;
  return `${amount}, what is new${since}.`;
}

/** `Exactly once.`, or less, and why. */
export function promiseText({ promise, reasons }: Pick<WatermarkLook, 'promise' | 'reasons'>): string {
  const sentence = PROMISE_SENTENCES[promise];
  const because = reasons.length === 0 ? '' : `, because ${reasons.join('; ')}`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${because}.`;
}

export function nullsText({ nulls }: WatermarkLook, column: string, taken: boolean): string | undefined {
  if (nulls === null || nulls === 0) return undefined;
  const rows = nulls === 1 ? '1 row has' : `${formatCount(nulls)} rows have`;
  return `${rows} no value in ${column}. ${taken ? 'They are taken when they are new.' : 'They are left out.'}`;
}

/** The planner's cost has no unit; it is said where there is no index, so that it can be compared. */
export function costText({ cost }: WatermarkLook): string | undefined {
  return cost === null ? undefined : `The plan’s cost is ${formatCount(Math.round(cost))}.`;
}
