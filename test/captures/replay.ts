/**
 * Applies a history in its documented order, and checks every step: a snapshot stands at its position, changes before
 * it do not count, the others come in the order of their commits and none twice, an update or delete finds its row, an
 * insert finds none. What comes out has to be the table.
 */
import { fail } from './history-error.ts';
import { lsnOf, type History, type HistoryChange, type Schema } from './history-rows.ts';
import type { Row } from './line-changes.ts';

/** The rows of a table when all is applied. */
export interface ReplayedTable {
  readonly rows: readonly Row[];
  /** Changes that were applied, by kind. */
  readonly applied: Readonly<Record<string, number>>;
}

/** @throws HistoryError that names the object and the line */
export function replay(history: History): Map<string, ReplayedTable> {
  assertOrder(history);
  const floors = new Map<string, { readonly lsn: bigint; readonly rows: readonly HistoryChange[] }>();
  for (const entry of history.entries) {
    if (entry.kind !== 'snapshot' || entry.table === undefined) continue;
    const before = floors.get(entry.table);
    if (before !== undefined && before.lsn >= entry.toLsn)
      fail(`entry ${entry.sequence}: a snapshot goes back`);
    floors.set(entry.table, { lsn: entry.toLsn, rows: entry.changes });
  }
  const states = new Map<string, TableState>();
  const stateOf = (table: string) => {
    const state = states.get(table) ?? new TableState();
    states.set(table, state);
    return state;
  };
  for (const [table, { rows }] of floors) for (const row of rows) stateOf(table).apply(row);
  for (const table of floors.keys()) stateOf(table);
  for (const { kind, changes } of history.entries) {
    if (kind !== 'changes') continue;
    for (const change of changes) {
      const floor = floors.get(change.table);
      if (floor !== undefined && change.commitLsn < floor.lsn) continue;
      stateOf(change.table).apply(change);
    }
  }
  return new Map([...states].map(([table, state]) => [table, state.result()]));
}

/** Of each table, changes go up by commit and by their place in it; of the log, positions do. */
function assertOrder({ entries, checkpoint }: History): void {
  let reached = 0n;
  const last = new Map<string, { commitLsn: bigint; order: number }>();
  const seen = new Set<string>();
  for (const { kind, sequence, fromLsn, toLsn, changes } of entries) {
    if (kind !== 'changes') continue;
    if (fromLsn < reached || toLsn < fromLsn) fail(`entry ${sequence} goes back`);
    reached = toLsn;
    for (const { table, commitLsn, order, at } of changes) {
      const before = last.get(table);
      const goesUp =
        before === undefined ||
        commitLsn > before.commitLsn ||
        (commitLsn === before.commitLsn && order > before.order);
      if (!goesUp) fail(`${at} comes behind ${String(before?.commitLsn)} ${before?.order}`);
      last.set(table, { commitLsn, order });
      const id = `${commitLsn} ${order}`;
      if (seen.has(id)) fail(`${at} comes twice`);
      seen.add(id);
    }
  }
  if (lsnOf(String(checkpoint['durableLsn'])) < reached) fail('the checkpoint is behind the log');
}

class TableState {
  /** By the texts of the key; of a table without one, several rows can have the same. */
  readonly #rows = new Map<string, Row[]>();
  readonly #applied: Record<string, number> = { r: 0, c: 0, u: 0, d: 0, t: 0 };
  #schema: Schema | undefined;
  /** The row that was deleted last. */
  #left: Row | undefined;
  /** Of which columns nothing is known in some rows, where the whole row is the key. */
  #blanks: (readonly string[])[] = [];

  apply(change: HistoryChange): void {
    this.#adopt(change.schema);
    this.#applied[change.op] = (this.#applied[change.op] ?? 0) + 1;
    switch (change.op) {
      case 'r':
      case 'c':
        return this.#insert(change, this.#whole(change));
      case 'u':
        return this.#update(change);
      case 'd':
        this.#left = this.#take(change, needed(change.before, change));
        return;
      case 't':
        this.#rows.clear();
    }
  }

  /** A row that an update has moved to another key is a delete and an insert: what the update did not touch it had before. */
  #whole(change: HistoryChange): Row {
    const row = new Map(needed(change.after, change));
    for (const name of change.unchanged) {
      const left = this.#left ?? fail(`${change.at}: "${name}" is unchanged, and no row was moved`);
      if (!left.has(name)) fail(`${change.at}: "${name}" is unchanged, and was never there`);
      row.set(name, left.get(name) ?? null);
    }
    return row;
  }

  result(): ReplayedTable {
    return { rows: [...this.#rows.values()].flat(), applied: this.#applied };
  }

  #insert(change: HistoryChange, row: Row): void {
    const key = this.#keyOf(row, change);
    const same = this.#rows.get(key);
    if (same !== undefined && !change.schema.full) fail(`${change.at}: the row ${key} is there already`);
    for (const name of change.schema.columns)
      if (!row.has(name)) fail(`${change.at}: a row without "${name}"`);
    if (same === undefined) this.#rows.set(key, [row]);
    else same.push(row);
  }

  #update(change: HistoryChange): void {
    const after = needed(change.after, change);
    const old = this.#take(change, change.before ?? after);
    const row: Row = new Map();
    for (const name of change.schema.columns) {
      if (after.has(name) && !change.unchanged.includes(name)) row.set(name, after.get(name) ?? null);
      else if (!change.unchanged.includes(name))
        fail(`${change.at}: "${name}" is neither there nor unchanged`);
      else if (!old.has(name)) fail(`${change.at}: "${name}" is unchanged, and was never there`);
      else row.set(name, old.get(name) ?? null);
    }
    this.#insert(change, row);
  }

  /** Removes the row that has the values of the old one. */
  #take(change: HistoryChange, old: Row): Row {
    const key = this.#keyOf(old, change);
    for (const blank of [[], ...this.#blanks]) {
      const names = keyNames(change.schema);
      const found = blank.length === 0 ? key : keyText(names, old, blank);
      const same = this.#rows.get(found);
      const row = same?.pop();
      if (row === undefined) continue;
      if (same?.length === 0) this.#rows.delete(found);
      return row;
    }
    return fail(`${change.at}: there is no row ${key}`);
  }

  #keyOf(row: Row, { schema, at }: HistoryChange): string {
    const names = keyNames(schema);
    if (names.length === 0) fail(`${at}: the table has no key`);
    for (const name of names) if (!row.has(name)) fail(`${at}: the key lacks "${name}"`);
    return keyText(names, row);
  }

  /**
   * With another schema rows lose the columns that are gone. What they have in those that are new is in no change until
   * they are written again: it is the default that the column was made with, or what it held under another name. It goes
   * with every value where the whole row is the key, and has to be NULL in the end.
   */
  #adopt(schema: Schema): void {
    if (schema === this.#schema) return;
    const same = JSON.stringify(schema) === JSON.stringify(this.#schema);
    this.#schema = schema;
    if (same) return;
    const rows = [...this.#rows.values()].flat();
    const blanks = new Map<string, readonly string[]>();
    const names = keyNames(schema);
    this.#rows.clear();
    for (const row of rows) {
      const known = schema.columns.filter((name) => row.has(name));
      const shaped: Row = new Map(known.map((name) => [name, row.get(name) ?? null]));
      const blank = names.filter((name) => !shaped.has(name));
      if (blank.length > 0) blanks.set(JSON.stringify(blank), blank);
      const key = keyText(names, shaped);
      const group = this.#rows.get(key);
      if (group === undefined) this.#rows.set(key, [shaped]);
      else group.push(shaped);
    }
    // The row of which most is known goes before the others.
    this.#blanks = [...blanks.values()].toSorted((a, b) => a.length - b.length);
  }
}

function keyNames({ full, columns, key }: Schema): readonly string[] {
  return full ? columns : key;
}

/** @param blank columns of which nothing is known */
function keyText(names: readonly string[], row: Row, blank: readonly string[] = []): string {
  return JSON.stringify(
    names.map((name) => (row.has(name) && !blank.includes(name) ? (row.get(name) ?? null) : UNKNOWN)),
  );
}

/** Neither a text nor NULL. */
const UNKNOWN = 0;

function needed(row: Row | undefined, { at, op }: HistoryChange): Row {
  return row ?? fail(`${at}: ${op} without a row`);
}
