/** Which slot and publication a job has, and that no other job has them. */
import { AppError } from '../../contract/app-error.ts';
import { ownSlotName, type CaptureSpec } from '../../contract/capture-spec.ts';
import type { ConnectionAccess } from '../ports.ts';
import type { StoredCapture } from './capture-shelf.ts';
import type { SlotRef } from './capture-source.ts';

export interface JobSlot {
  readonly ref: SlotRef;
  /** Sluice makes it, and may drop it. */
  readonly ownSlot: boolean;
  readonly ownPublication: boolean;
}

export function slotOf(spec: CaptureSpec): JobSlot {
  const own = ownSlotName(spec.name);
  return {
    ref: { slot: spec.slot ?? own, publication: spec.publication ?? own },
    ownSlot: spec.slot === undefined || spec.slot === own,
    ownPublication: spec.publication === undefined || spec.publication === own,
  };
}

/**
 * Names that differ in what the name of a slot cannot have come to one slot: whoever reads it second would move it on
 * over changes that the first has not read. @throws AppError `CONFIG_INVALID_INPUT`
 */
export async function refuseSlotOfAnother(
  spec: CaptureSpec,
  stored: readonly StoredCapture[],
  accessOf: (spec: CaptureSpec) => Promise<ConnectionAccess>,
): Promise<void> {
  const { settings } = await accessOf(spec);
  const { slot } = slotOf(spec).ref;
  for (const { spec: other } of stored) {
    if (other.name === spec.name || slotOf(other).ref.slot !== slot) continue;
    // A capture whose connection is gone cannot be started, and so reads nothing.
    const theirs = await accessOf(other).catch(() => undefined);
    if (theirs?.settings.host !== settings.host || theirs.settings.port !== settings.port) continue;
    throw new AppError(
      'CONFIG_INVALID_INPUT',
      `slot: "${slot}" is that of the capture "${other.name}", and a slot has one reader: name another (--slot), or forget that capture (sluice capture remove --name "${other.name}")`,
      { details: { field: 'slot' } },
    );
  }
}
