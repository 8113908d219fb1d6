/**
 * What the log of a capture adds up to: for each table its snapshots, and its objects of changes in the order of the
 * history. Pure: entries go in one by one, in the order of their numbers.
 */
import type { CaptureLogEntry, LoggedObject } from '../../../contract/capture-log.ts';
import type { CapturedTable } from '../../../contract/capture-spec.ts';
import { formatLsn, parseLsn } from '../../decode/lsn.ts';

/** An object that counts, and what is needed to read it. */
export interface HistoryObject extends Pick<CaptureLogEntry, 'format' | 'compression'> {
  readonly object: LoggedObject;
  /** The entry that it takes its place from: of a compaction, the first of those that it stands for. */
  readonly sequence: number;
  /** The entry that names it. */
  readonly namedBy: number;
}

/**
 * All rows of a table as they were at a position. Of a reading that was interrupted, objects can be of earlier positions,
 * the first of which is `from`: with the changes from there on they come to the same.
 */
export interface HistorySnapshot {
  readonly from: bigint;
  readonly lsn: bigint;
  readonly sequence: number;
  /** In the order of their positions. */
  readonly objects: HistoryObject[];
}

export interface TableHistory {
  readonly table: CapturedTable;
  readonly snapshots: HistorySnapshot[];
  /** In the order of the history. */
  readonly changes: HistoryObject[];
}

/** An object that a compaction has put another one in the place of. */
export interface ReplacedObject {
  readonly key: string;
  /** Number of the entry that did, and when it was written. */
  readonly replacedBy: number;
  readonly replacedAt: string;
}

export class LoggedHistory {
  readonly tables = new Map<string, TableHistory>();
  readonly replaced: ReplacedObject[] = [];
  /** What is wrong with the log itself, as sentences. */
  readonly problems: string[] = [];
  /** Of tables whose snapshot is not at its end. */
  readonly #begun = new Map<string, { readonly from: bigint; readonly objects: readonly HistoryObject[] }>();
  readonly #schemas = new Map<string, string>();
  #sequence = 0;
  #epoch = 0;
  #changesTo: bigint | undefined;

  /** The number of the last entry that was added. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Of the writer of the last entry that was added. */
  get epoch(): number {
    return this.#epoch;
  }

  /** All transactions that ended up to here are in the log; undefined before the first. */
  get changesTo(): bigint | undefined {
    return this.#changesTo;
  }

  add(entry: CaptureLogEntry): void {
    if (entry.sequence !== this.#sequence + 1) this.problems.push(`Entry ${this.#sequence + 1} is missing.`);
    this.#sequence = entry.sequence;
    this.#epoch = entry.epoch;
    if (entry.kind === 'changes') this.#addChanges(entry);
    else if (entry.kind !== 'compaction') this.#addSnapshot(entry);
    else this.#addCompaction(entry);
  }

  #addChanges(entry: CaptureLogEntry): void {
    const before = this.#changesTo;
    // It may begin later: what lies between is then a stretch of the WAL that had nothing for the capture.
    if (before !== undefined && parseLsn(entry.fromLsn) < before)
      this.problems.push(
        `Entry ${entry.sequence} begins at ${entry.fromLsn}, before the end of the changes that are there already, ${formatLsn(before)}.`,
      );
    if (parseLsn(entry.toLsn) < parseLsn(entry.fromLsn))
      this.problems.push(`Entry ${entry.sequence} ends at ${entry.toLsn}, before it begins.`);
    for (const { key, firstLsn, lastLsn } of entry.objects)
      if (parseLsn(firstLsn) < parseLsn(entry.fromLsn) || parseLsn(lastLsn) > parseLsn(entry.toLsn))
        this.problems.push(`Entry ${entry.sequence} names ${key}, whose changes are not of its positions.`);
    this.#changesTo = parseLsn(entry.toLsn);
    for (const object of inOrder(entry.objects))
      this.#of(object.table).changes.push(this.#placed(entry, object));
  }

  #addSnapshot(entry: CaptureLogEntry): void {
    const table = entry.table ?? entry.objects[0]?.table;
    if (table === undefined) {
      this.problems.push(`Entry ${entry.sequence} is a snapshot, and does not say of which table.`);
      return;
    }
    const from = parseLsn(entry.fromLsn);
    const begun = this.#begun.get(tableId(table));
    const objects = [
      // One that began elsewhere was given up.
      ...(begun?.from === from ? begun.objects : []),
      ...inOrder(entry.objects).map((object) => this.#placed(entry, object)),
    ];
    if (entry.kind === 'partial') {
      this.#begun.set(tableId(table), { from, objects });
      return;
    }
    this.#begun.delete(tableId(table));
    const lsn = parseLsn(entry.toLsn);
    this.#of(table).snapshots.push({ from, lsn, sequence: entry.sequence, objects: byPosition(objects) });
  }

  /** Of each table it has one run of neighbours, and puts its objects where the first of them was. */
  #addCompaction(entry: CaptureLogEntry): void {
    const replaces = new Set(entry.replaces);
    const byTable = Map.groupBy(inOrder(entry.objects), ({ table }) => tableId(table));
    for (const [id, objects] of byTable) {
      const history = this.tables.get(id);
      const lists = [history?.changes, ...(history?.snapshots ?? []).map((snapshot) => snapshot.objects)];
      const list = lists.find((candidate) => candidate?.some(({ object }) => replaces.has(object.key)));
      if (list === undefined) {
        this.problems.push(`Entry ${entry.sequence} stands for objects that no entry before it names.`);
        continue;
      }
      const first = list.findIndex(({ object }) => replaces.has(object.key));
      let end = first;
      while (replaces.has(list[end]?.object.key ?? '')) end++;
      const old = list.slice(first, end);
      const sequence = old[0]?.sequence ?? entry.sequence;
      list.splice(
        first,
        old.length,
        ...objects.map((object) => ({ ...this.#placed(entry, object), sequence })),
      );
      for (const { object } of old) {
        replaces.delete(object.key);
        this.replaced.push({ key: object.key, replacedBy: entry.sequence, replacedAt: entry.writtenAt });
      }
      if (rowsOf(old.map(({ object }) => object)) !== rowsOf(objects))
        this.problems.push(`Entry ${entry.sequence} has another number of rows than what it stands for.`);
    }
    if (replaces.size > 0)
      this.problems.push(`Entry ${entry.sequence} stands for objects that are not next to each other.`);
  }

  /** Keys of all objects that count. */
  keys(): Set<string> {
    const all = [...this.tables.values()].flatMap(({ snapshots, changes }) => [
      ...snapshots.flatMap(({ objects }) => objects),
      ...changes,
    ]);
    return new Set(all.map(({ object }) => object.key));
  }

  /** What all objects of a table say is kept once: there can be a million of them. */
  #placed(entry: CaptureLogEntry, object: LoggedObject): HistoryObject {
    const { format, compression, sequence } = entry;
    const schema = this.#schemas.get(object.schema) ?? object.schema;
    this.#schemas.set(schema, schema);
    const { table } = this.#of(object.table);
    return { object: { ...object, table, schema }, format, compression, sequence, namedBy: sequence };
  }

  #of(table: CapturedTable): TableHistory {
    const id = tableId(table);
    const known = this.tables.get(id) ?? { table, snapshots: [], changes: [] };
    this.tables.set(id, known);
    return known;
  }
}

/** Stands for a table among others: names can contain every character but NUL. */
export function tableId({ schema, name }: CapturedTable): string {
  return `${schema}\0${name}`;
}

function inOrder(objects: readonly LoggedObject[]): LoggedObject[] {
  return objects.toSorted((a, b) => a.part - b.part);
}

function byPosition(objects: readonly HistoryObject[]): HistoryObject[] {
  return objects.toSorted((a, b) => {
    const [one, other] = [parseLsn(a.object.firstLsn), parseLsn(b.object.firstLsn)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

function rowsOf(objects: readonly LoggedObject[]): number {
  return objects.reduce((sum, { rows }) => sum + rows, 0);
}
