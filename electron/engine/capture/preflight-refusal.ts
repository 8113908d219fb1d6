/** Which findings of a preflight keep a capture from beginning. Pure. */
import type { WalCheck } from '../../contract/wal.ts';

/**
 * The reasons as sentences with their remedies; undefined where there are none.
 * @param hasSlot whether the slot is there: then it needs no free one
 */
export function refusal(checks: readonly WalCheck[], hasSlot: boolean): string | undefined {
  const failed = checks.filter(({ outcome, code }) => outcome === 'fail' && !(hasSlot && code === 'slots'));
  if (failed.length === 0) return undefined;
  return failed
    .map(({ title, text, remedy }) => `${title}: ${text}${remedy === null ? '' : ` ${remedy}`}`)
    .join('\n');
}
