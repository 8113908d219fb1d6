/**
 * Whether the name of a job still stands for what it stood for. Tables are swapped by renaming them, attached, inherited,
 * truncated and loaded: their rows can be older than the last run, and it has not seen them under this name. So the rows
 * of a table that it did not know are all new, whatever their watermarks and their transactions say.
 */
import type { Position } from '../../contract/watermark-state.ts';
import type { NamedTable, WatermarkFacts } from './watermark-facts.ts';

/** What has changed under the name. */
export interface TableChanges {
  /** Oids of tables whose rows are all new. */
  readonly whole: readonly string[];
  /** True where no table is left that the last run knew. */
  readonly everything: boolean;
  /** Why rows can come that an earlier run has taken; empty where none can. */
  readonly reasons: readonly string[];
}

const NOTHING: TableChanges = { whole: [], everything: false, reasons: [] };

/**
 * Compares. A position of an earlier program does not say what the name stood for: nothing proves that it has changed, so
 * it is what it is now, and the state knows it from this run on.
 * @param comparable whether transaction ids of the position still mean what they meant
 */
export function tableChanges(
  position: Position | null,
  facts: WatermarkFacts,
  comparable: boolean,
): TableChanges {
  if (position?.tables === undefined || !isSameDatabase(position, facts)) return NOTHING;
  const known = new Map(position.tables);
  const joined = facts.tables.filter(({ oid }) => !known.has(oid));
  const stored = facts.tables.filter(({ oid, storage }) => known.has(oid) && known.get(oid) !== storage);
  // VACUUM FULL and CLUSTER keep the writer of each row: one that the last run saw is there still. TRUNCATE takes all rows
  // away, and an ALTER that rewrites gives all of them a new writer.
  const reloaded = stored.filter(({ fromBefore }) => !(comparable && fromBefore === true));
  const whole = [...joined, ...reloaded].map(({ oid }) => oid);
  if (whole.length === 0) return NOTHING;
  return {
    whole,
    everything: !facts.tellsTable || whole.length === facts.tables.length,
    reasons: reasonsOf(joined, reloaded, comparable),
  };
}

function reasonsOf(
  joined: readonly NamedTable[],
  reloaded: readonly NamedTable[],
  comparable: boolean,
): readonly string[] {
  // A table that was made since, as that of a new day is, has only rows that no run can have taken.
  const older = joined.filter(({ fromBefore }) => !comparable || fromBefore !== false);
  return [
    ...(older.length === 0
      ? []
      : [
          `the name stands for ${counted(older.length)} that the last run did not know, and whose rows are all taken`,
        ]),
    ...(reloaded.length === 0
      ? []
      : [
          `${counted(reloaded.length)} ${reloaded.length === 1 ? 'was' : 'were'} truncated, rewritten or defined anew since the last run, and all rows there are taken`,
        ]),
  ];
}

function counted(tables: number): string {
  return tables === 1 ? 'one table or view' : `${tables} tables or views`;
}

/** Oids mean something in one database of one cluster. */
function isSameDatabase({ cluster }: Position, facts: WatermarkFacts): boolean {
  return (
    cluster.systemIdentifier === facts.systemIdentifier &&
    cluster.database === facts.database &&
    cluster.databaseOid === facts.databaseOid
  );
}
