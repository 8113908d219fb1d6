import { AppError } from '../../contract/app-error.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import type { SlotFacts, SlotRef } from './capture-source.ts';
import { lackingOf, shown } from './follow-tables.ts';
import { isSameTable } from './table-states.ts';

/** Whether a start changes the publication, and which tables it has lacked until then. */
export interface PublicationStep {
  readonly change: boolean;
  readonly tables: readonly CapturedTable[];
  readonly lacking: readonly CapturedTable[];
}

/**
 * The publication has every table that is wanted; one that is not ours is never changed. Pure.
 * @param known tables that were captured before: of those that are lacking the looks say so, with what mends it
 * @throws AppError `SLOT_NO_PUBLICATION`
 */
export function publicationStep(
  spec: CaptureSpec,
  { publication }: SlotRef,
  ownPublication: boolean,
  facts: SlotFacts,
  known: readonly CapturedTable[],
): PublicationStep {
  const lacking = lackingOf(spec, facts);
  const { tables = [] } = spec;
  if (facts.publication !== undefined && lacking.length === 0) return { change: false, tables, lacking };
  const isKnown = (table: CapturedTable) => known.some((other) => isSameTable(other, table));
  if (!ownPublication && facts.publication !== undefined && lacking.every(isKnown))
    return { change: false, tables, lacking: [] };
  if (ownPublication && spec.tables !== undefined) return { change: true, tables, lacking };
  throw new AppError(
    'SLOT_NO_PUBLICATION',
    facts.publication === undefined
      ? `There is no publication "${publication}".`
      : `The publication "${publication}" lacks ${lacking.map(shown).join(', ')}, and one that was given is not changed: ALTER PUBLICATION "${publication}" ADD TABLE …`,
  );
}
