/** What a look at the server says about the tables of a capture, and what follows from it. */
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { writeTableName } from '../../contract/table-name.ts';
import type { PublishedOthers } from './checkpoint-tables.ts';
import type { CaptureReport } from './capture-report.ts';
import type { PublishedTable, SlotFacts, SlotRef } from './capture-source.ts';
import type { CaptureWriter } from './capture-writer.ts';
import type { SeenLeaf } from './seen-leaves.ts';
import { isSameTable, wantedTables } from './table-states.ts';
import type { TableSnapshots } from './table-snapshots.ts';

export interface FollowDeps {
  readonly spec: CaptureSpec;
  readonly ref: SlotRef;
  readonly report: CaptureReport;
}

/** Of the tables that the publication has those that are captured. */
export function capturedOf({ tables }: CaptureSpec, { publication }: SlotFacts): readonly PublishedTable[] {
  const published = publication?.identities ?? [];
  return tables === undefined
    ? published
    : published.filter(({ table }) => tables.some((wanted) => isSameTable(table, wanted)));
}

/** Tables that are to be captured, and that the publication does not have. */
export function lackingOf(
  { tables = [] }: CaptureSpec,
  { publication }: SlotFacts,
): readonly CapturedTable[] {
  const published = publication?.tables ?? [];
  return tables.filter((table) => !published.some((other) => isSameTable(table, other)));
}

/**
 * Has tables read anew to which something was done that the stream does not say, and says so.
 * @throws AppError of the DEST_ family
 */
export async function noteTables(
  facts: SlotFacts,
  writer: CaptureWriter,
  { spec, report }: FollowDeps,
  others: PublishedOthers,
): Promise<boolean> {
  const captured = capturedOf(spec, facts);
  const changed = await writer.setPublished(captured, others);
  for (const { table, why } of changed) report.note(`The table ${shown(table)} ${why}: it is read anew.`);
  for (const each of captured) noteNeighbours(each, report);
  return changed.length > 0;
}

/** One look while the stream goes on. @throws AppError of the DEST_ family */
export async function followTables(
  facts: SlotFacts,
  writer: CaptureWriter,
  snapshots: TableSnapshots,
  deps: FollowDeps,
  seen: readonly SeenLeaf[],
): Promise<void> {
  const { spec, ref, report } = deps;
  const lacking = lackingOf(spec, facts);
  if (lacking.length > 0) {
    report.note(
      `The publication "${ref.publication}" lacks ${lacking.map(shown).join(', ')}: nothing of it is captured. Where it is still there, start the capture again, which publishes it and reads it anew; where the publication was given, ALTER PUBLICATION "${ref.publication}" ADD TABLE ONLY ${lacking.map(shown).join(', ')} does.`,
    );
  }
  snapshots.follow(facts.publication?.tables ?? []);
  const again = await noteTables(facts, writer, deps, { lacking: [], busy: snapshots.busy, seen });
  if (again) snapshots.wake();
  await snapshots.know(wantedTables(spec, facts.publication?.tables ?? []), writer.checkpoint.tables);
}

/** Tables beside a captured one that somebody should know of: rows that are not captured, and writes that fail. */
function noteNeighbours({ table, children, harmed }: PublishedTable, report: CaptureReport): void {
  if (children.length > 0) {
    report.note(
      `Rows of ${children.join(', ')} are not captured with ${shown(table)}, from which it inherits: name it in --table as well.`,
    );
  }
  for (const leaf of harmed) {
    report.note(
      `Updates and deletes of ${leaf} fail, because this partition of ${shown(table)} has no key: ALTER TABLE ${leaf} REPLICA IDENTITY FULL mends it.`,
    );
  }
}

export function shown(table: CapturedTable): string {
  return writeTableName(table);
}
