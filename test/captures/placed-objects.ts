/** Which objects of a log count, and in which place: a compaction puts one where several neighbours of a table were. Pure. */
import { fail } from './history-error.ts';

export interface LoggedObject {
  readonly key: string;
  readonly table: { readonly schema: string; readonly name: string };
  readonly schema: string;
  readonly rows: number;
  readonly bytes: number;
  readonly firstLsn: string;
  readonly lastLsn: string;
  readonly part: number;
  readonly operations: Readonly<Record<string, number>>;
}

export interface LogEntry {
  readonly sequence: number;
  readonly kind: 'changes' | 'snapshot' | 'compaction';
  readonly fromLsn: string;
  readonly toLsn: string;
  readonly format: 'jsonl' | 'flat' | 'parquet';
  readonly table?: { readonly schema: string; readonly name: string };
  readonly objects: readonly LoggedObject[];
  readonly replaces?: readonly string[];
}

/** An object, and the positions that its changes may have: those of the entries whose changes it has. */
export interface PlacedObject extends Pick<LogEntry, 'format' | 'fromLsn' | 'toLsn'> {
  readonly object: LoggedObject;
  readonly kind: 'changes' | 'snapshot';
  /** The entry that it takes its place from. */
  readonly entry: number;
  /** The entry that names it. */
  readonly named: number;
}

/** @returns the objects by the number of the entry in whose place they are. @throws HistoryError */
export function placedObjects(log: readonly LogEntry[]): Map<number, PlacedObject[]> {
  // Of each table its snapshots, and its changes: neighbours are neighbours within one of these.
  const runs = new Map<string, PlacedObject[]>();
  for (const entry of log) {
    const { kind, sequence, format, fromLsn, toLsn } = entry;
    if (kind === 'compaction') {
      merge(runs, entry);
      continue;
    }
    for (const object of entry.objects) {
      const run = `${JSON.stringify(object.table)} ${kind === 'changes' ? '' : sequence}`;
      const placed = { object, kind, entry: sequence, named: sequence, format, fromLsn, toLsn };
      runs.set(run, [...(runs.get(run) ?? []), placed]);
    }
  }
  return Map.groupBy([...runs.values()].flat(), ({ entry }) => entry);
}

function merge(runs: Map<string, PlacedObject[]>, { sequence, objects, replaces = [] }: LogEntry): void {
  const gone = new Set(replaces);
  for (const object of objects) {
    const [name, run] =
      [...runs].find(
        ([key, placed]) =>
          key.startsWith(`${JSON.stringify(object.table)} `) &&
          placed.some((each) => gone.has(each.object.key)),
      ) ?? fail(`entry ${sequence} stands for nothing of ${JSON.stringify(object.table)}`);
    const at = run.findIndex((each) => gone.has(each.object.key));
    const old = run.filter((each) => gone.has(each.object.key));
    if (run.slice(at, at + old.length).some((each) => !gone.has(each.object.key)))
      fail(`entry ${sequence} stands for objects that are not neighbours`);
    const rows = old.reduce((sum, each) => sum + each.object.rows, 0);
    if (rows !== object.rows) fail(`entry ${sequence} has ${object.rows} rows in the place of ${rows}`);
    const [first, last] = [old[0], old.at(-1)];
    if (first === undefined || last === undefined) return;
    const merged: PlacedObject = { ...first, object, named: sequence, toLsn: last.toLsn };
    runs.set(name, [...run.slice(0, at), merged, ...run.slice(at + old.length)]);
    for (const each of old) gone.delete(each.object.key);
  }
  if (gone.size > 0) fail(`entry ${sequence} stands for ${[...gone][0]}, which is not there`);
}
