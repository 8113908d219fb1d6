/** Which slots are Sluice's own, and which of them would hold WAL while Sluice is away. Pure. */
import type { Slot } from '../../contract/wal.ts';
import type { OwnSlot } from '../../contract/wal-watch.ts';

/** What the names of slots that Sluice makes begin with. */
const PREFIX = 'sluice_';

/** Every session of Sluice calls itself so: a capture may read a slot that somebody else has named. */
const READ_BY_SLUICE = /^sluice($| from )/;

/** Bytes that are not worth a word while nobody reads the slot anyway: a few segments are always held. */
export const WORTH_A_WORD = 64 * 1_048_576;

/** @param captured names of the slots that saved captures read on this server, whatever they are called */
export function isOwnSlot(
  { name, activeBy }: Pick<Slot, 'name' | 'activeBy'>,
  captured: ReadonlySet<string>,
): boolean {
  return name.startsWith(PREFIX) || captured.has(name) || READ_BY_SLUICE.test(activeBy ?? '');
}

/**
 * The own slots that are to be warned of before Sluice is left: each would be read no more, or is not read already and
 * holds much. One that holds less than somebody else's slot changes nothing: the WAL stays in any case. A temporary one
 * ends with its connection, and one that is lost holds nothing.
 */
export function ownHolding(slots: readonly Slot[], captured: ReadonlySet<string>): OwnSlot[] {
  const ofOthers = Math.max(
    0,
    ...slots.filter((slot) => !isOwnSlot(slot, captured)).map(({ retainedBytes }) => retainedBytes ?? 0),
  );
  return slots
    .filter((slot) => isOwnSlot(slot, captured) && !slot.temporary && slot.walStatus !== 'lost')
    .map(({ name, active, retainedBytes }) => ({ name, active, retainedBytes: retainedBytes ?? 0 }))
    .filter(
      ({ active, retainedBytes }) => retainedBytes >= ofOthers && (active || retainedBytes >= WORTH_A_WORD),
    );
}
