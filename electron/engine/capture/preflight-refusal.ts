/** Which findings of a preflight keep a capture from beginning. Pure. */
import { AppError } from '../../contract/app-error.ts';
import { ERRORS } from '../../contract/error-table.ts';
import type { WalCheck } from '../../contract/wal.ts';
import { preflight } from '../wal/preflight.ts';
import type { CaptureFacts } from '../wal/wal-source.ts';

/** @throws AppError `SLOT_PREFLIGHT` with the reasons, or what may pass of the connection itself */
export function assertReady(facts: CaptureFacts, slot: string): void {
  const { replication } = facts;
  // A pooler says by itself where the server is, and nothing else matters before that. A network that broke in the midst of the
  // look says nothing about the server: it is tried again.
  if (
    !replication.ok &&
    (replication.error.code === 'SOURCE_POOLER' || ERRORS[replication.error.code].retry === 'timed')
  )
    throw replication.error;
  const refused = refusal(
    preflight(facts),
    facts.facts.slots.some(({ name }) => name === slot),
  );
  if (refused !== undefined) throw new AppError('SLOT_PREFLIGHT', refused);
}

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
