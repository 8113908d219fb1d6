/** When the guardian interrupts somebody: when it gets worse, and not again and again. Pure. */
import type { WalLevel } from '../../contract/wal.ts';
import type { WalNotice, WalVerdict } from '../../contract/wal-watch.ts';
import { RANK } from './guardian.ts';

/** Milliseconds in which what was said is not said again: a slot that goes up and down at a limit must not ring. */
export const QUIET_MS = 10 * 60_000;

/** Milliseconds after which a danger that goes on is brought to mind again. */
export const REMIND_MS = 6 * 3_600_000;

/** What was last said about a connection. */
export interface Said {
  readonly level: WalLevel;
  readonly slots: readonly string[];
  readonly atMs: number;
}

/** @returns whether to speak, and what is to be kept in mind for the next verdict */
export function decideNotice(
  said: Said | undefined,
  verdict: Pick<WalVerdict, 'level' | 'troubled'>,
  nowMs: number,
): { readonly speak: boolean; readonly said: Said | undefined } {
  const { level } = verdict;
  const slots = verdict.troubled.filter((each) => each.level === level).map(({ slot }) => slot);
  const quiet = said !== undefined && nowMs - said.atMs < QUIET_MS;
  const speaking = { speak: true, said: { level, slots, atMs: nowMs } };
  if (level === 'ok') return { speak: false, said: quiet ? said : undefined };
  if (said === undefined || RANK[level] > RANK[said.level]) return speaking;
  if (quiet) return { speak: false, said };
  // Better than what was said: the next time that it gets worse is news again.
  if (RANK[level] < RANK[said.level]) return { speak: false, said: { level, slots, atMs: said.atMs } };
  const others = slots.some((slot) => !said.slots.includes(slot));
  const overdue = level === 'danger' && nowMs - said.atMs >= REMIND_MS;
  return others || overdue ? speaking : { speak: false, said: { ...said, slots } };
}

/** The words of a notice. */
export function noticeOf(
  connection: string,
  { connectionId, level, troubled, count }: WalVerdict,
): WalNotice {
  const [worst] = troubled;
  const more = count - 1;
  const others = more <= 0 ? '' : more === 1 ? ' and one more slot' : ` and ${more} more slots`;
  return {
    connectionId,
    level,
    title: `${connection}: ${worst?.slot ?? 'a slot'}${others} ${level === 'danger' ? 'in danger' : 'to be watched'}`,
    body: worst?.text ?? '',
  };
}
