/** What a look at a server comes to, in the few words that a badge and a notice need. Pure. */
import type { WireError } from '../../contract/app-error.ts';
import type { WalLevel, WalStatus } from '../../contract/wal.ts';
import { NAMED_SLOTS_LIMIT, type OwnSlot, type WalVerdict } from '../../contract/wal-watch.ts';
import type { HeldSlot } from '../engine-api.ts';
import { describeBytes } from './describe.ts';
import { RANK } from './guardian.ts';
import { ownHolding } from './own-slots.ts';

/** @param captured names of the slots that saved captures read on this server */
export function verdictOf(
  connectionId: string,
  { at, level, slots }: WalStatus,
  captured: ReadonlySet<string>,
): WalVerdict {
  const troubled = slots
    .filter(({ health }) => health.level !== 'ok')
    .map(({ name, health }) => ({
      slot: name,
      level: health.level,
      text: health.findings[0]?.text ?? '',
    }))
    .sort((a, b) => RANK[b.level] - RANK[a.level]);
  return {
    connectionId,
    at,
    level,
    troubled: troubled.slice(0, NAMED_SLOTS_LIMIT),
    count: troubled.filter((each) => each.level === level).length,
    own: ownHolding(slots, captured).slice(0, NAMED_SLOTS_LIMIT),
    error: null,
  };
}

/** The verdict after a look that failed: what was known stands, with the reason beside it. */
export function afterFailure(
  connectionId: string,
  before: WalVerdict | undefined,
  error: WireError,
  at: string,
): WalVerdict {
  const unknown = { connectionId, at, level: 'ok' as WalLevel, troubled: [], count: 0, own: [] };
  return { ...(before ?? unknown), error };
}

/** An own slot in words. */
export function heldSlot(connection: string, slot: OwnSlot): HeldSlot {
  const amount = describeBytes(slot.retainedBytes);
  return { connection, ...slot, text: `The slot ${slot.name} on ${connection} holds ${amount} of WAL` };
}
