/**
 * The rows of one table while its history is replayed. They lie on disk, in a database of SQLite with a cache of fixed
 * size, because a table can be larger than memory.
 *
 * A value can be unknown: a column that was added after the row was last written has the default that it was added
 * with, which no change tells. Such a value goes with every other one.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';
import { comparableText } from './float-text.ts';
import type { LoggedRow } from './logged-change.ts';
import { identityOf, isSameLayout, movedRow, UNKNOWN, type Cell, type RowIdentity } from './row-layout.ts';

const CACHE_KIB = 64 * 1024;
/** A longer key is stored as its digest. */
const LONG_KEY = 200;

interface StoredRow {
  readonly key: string;
  readonly cells: readonly Cell[];
}

interface RowColumn {
  readonly name: string;
  readonly comparable: ((text: string) => string) | undefined;
}

/** What a row of the table is to the rows of the files. */
export type RowVerdict = 'same' | 'missing' | 'different';

/** What cannot be in a history in which every change is there once. */
export interface Irregularities {
  /** Rows inserted that were there. */
  duplicate: number;
  /** Rows changed or deleted that were not there. */
  absent: number;
}

export class TableRows implements AsyncDisposable {
  readonly irregular: Irregularities = { duplicate: 0, absent: 0 };
  /** Values that could not be compared. */
  unknownValues = 0;
  readonly #database: DatabaseSync;
  readonly #file: string;
  #identity: RowIdentity = { kind: 'bag' };
  #shape: CaptureSchemaFile | undefined;
  #columns: readonly RowColumn[] = [];
  #statements: Statements;
  /** The row that was deleted last. */
  #left: readonly Cell[] | undefined;
  /** Which columns are not known, for each combination that there is; the least unknown first. */
  #blanks: (readonly number[])[] = [[]];

  private constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    this.#statements = new Statements(database);
  }

  /** @param file where no file is yet; it goes with the rows */
  static async open(file: string): Promise<TableRows> {
    // Asked for when it is needed: an Electron without it can do everything else.
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(file);
    // What is lost in a crash is made again: nothing has to be safe, and one transaction lasts to the end.
    database.exec(
      `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -${CACHE_KIB}; BEGIN`,
    );
    createTable(database);
    return new TableRows(database, file);
  }

  /** Rows, counted now. */
  count(): number {
    return Number(this.#statements.count.get()?.['n'] ?? 0);
  }

  /** From here on rows have these columns. */
  useShape(shape: CaptureSchemaFile): void {
    const before = this.#shape;
    if (before === shape) return;
    this.#shape = shape;
    this.#columns = shape.columns.map(({ name, typeId }) => ({ name, comparable: comparableText(typeId) }));
    this.#identity = identityOf(shape);
    if (before !== undefined && !isSameLayout(before, shape)) this.#migrate(before, shape);
  }

  /** @param moved it has columns that an update did not touch, and was the row that was deleted right before it */
  insert(row: LoggedRow, moved = false): void {
    const left = moved ? this.#left : undefined;
    const cells = this.#cells(row, left);
    const key = this.#keyOf(cells);
    if (this.#identity.kind === 'keyed' && this.#get(key) !== undefined) this.irregular.duplicate++;
    this.#put(key, cells);
  }

  update(before: LoggedRow | undefined, after: LoggedRow): void {
    const old = this.#find(before ?? after);
    if (old === undefined) this.irregular.absent++;
    const cells = this.#columns.map((column, i) => {
      const known = cellOf(after, column);
      if (known !== UNKNOWN) return known;
      const was = before === undefined ? UNKNOWN : cellOf(before, column);
      const stays = old?.cells[i];
      return was !== UNKNOWN || stays === undefined ? was : stays;
    });
    this.#note(cells);
    const key = this.#keyOf(cells);
    if (old !== undefined && (old.key !== key || this.#identity.kind === 'bag')) this.#remove(old.key);
    this.#put(key, cells);
  }

  delete(before: LoggedRow): void {
    const old = this.#find(before);
    this.#left = old?.cells;
    if (old === undefined) this.irregular.absent++;
    else this.#remove(old.key);
  }

  truncate(): void {
    this.#database.exec('DELETE FROM rows');
  }

  /** Compares a row of the table with what the files have for it, and takes that away: what is left in the end is too much. */
  compare(row: LoggedRow): RowVerdict {
    const old = this.#find(row);
    if (old === undefined) return 'missing';
    this.#remove(old.key);
    const cells = this.#cells(row);
    const differs = cells.some(
      (cell, i) => old.cells[i] !== UNKNOWN && cell !== UNKNOWN && cell !== old.cells[i],
    );
    this.unknownValues += old.cells.filter((cell) => cell === UNKNOWN).length;
    return differs ? 'different' : 'same';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
    await rm(this.#file, { force: true });
  }

  /** @param left what the row had before, where its change says nothing */
  #cells(row: LoggedRow, left?: readonly Cell[]): Cell[] {
    const cells = this.#columns.map((column, i) => {
      const cell = cellOf(row, column);
      const was = left?.[i];
      return cell === UNKNOWN && was !== undefined ? was : cell;
    });
    this.#note(cells);
    return cells;
  }

  /** Remembers which columns are not known, so that the rows of a bag are found by the others. */
  #note(cells: readonly Cell[]): void {
    if (!cells.includes(UNKNOWN)) return;
    const blank = cells.flatMap((cell, i) => (cell === UNKNOWN ? [i] : []));
    if (!this.#blanks.some((known) => known.join() === blank.join())) this.#blanks.push(blank);
  }

  #find(row: LoggedRow): StoredRow | undefined {
    const cells = this.#columns.map((column) => cellOf(row, column));
    if (this.#identity.kind === 'keyed') return this.#get(this.#keyOf(cells));
    for (const blank of this.#blanks) {
      const found = this.#get(this.#keyOf(cells.map((cell, i) => (blank.includes(i) ? UNKNOWN : cell))));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #keyOf(cells: readonly Cell[]): string {
    const { kind } = this.#identity;
    const key = JSON.stringify(kind === 'bag' ? cells : this.#identity.columns.map((i) => cells[i]));
    return key.length <= LONG_KEY ? key : createHash('sha256').update(key).digest('base64');
  }

  #get(key: string): StoredRow | undefined {
    const found = this.#statements.get.get(key);
    return found === undefined ? undefined : { key, cells: cellsOf(found['v']) };
  }

  #put(key: string, cells: readonly Cell[]): void {
    const { putOne, addCopy } = this.#statements;
    (this.#identity.kind === 'keyed' ? putOne : addCopy).run(key, JSON.stringify(cells));
  }

  #remove(key: string): void {
    this.#statements.takeCopy.run(key);
    this.#statements.removeNone.run(key);
  }

  #migrate(before: CaptureSchemaFile, after: CaptureSchemaFile): void {
    this.#database.exec('ALTER TABLE rows RENAME TO earlier');
    createTable(this.#database);
    this.#statements = new Statements(this.#database);
    this.#blanks = [[]];
    for (const { v, n } of this.#database.prepare('SELECT v, n FROM earlier').iterate()) {
      const cells = movedRow(cellsOf(v), before, after);
      this.#note(cells);
      for (let copy = 0; copy < Number(n); copy++) this.#put(this.#keyOf(cells), cells);
    }
    this.#database.exec('DROP TABLE earlier');
  }
}

class Statements {
  readonly get: StatementSync;
  readonly putOne: StatementSync;
  readonly addCopy: StatementSync;
  readonly takeCopy: StatementSync;
  readonly removeNone: StatementSync;
  readonly count: StatementSync;

  constructor(database: DatabaseSync) {
    this.get = database.prepare('SELECT v FROM rows WHERE k = ?');
    this.putOne = database.prepare('INSERT OR REPLACE INTO rows VALUES (?, 1, ?)');
    this.addCopy = database.prepare(
      'INSERT INTO rows VALUES (?, 1, ?) ON CONFLICT (k) DO UPDATE SET n = n + 1',
    );
    this.takeCopy = database.prepare('UPDATE rows SET n = n - 1 WHERE k = ?');
    this.removeNone = database.prepare('DELETE FROM rows WHERE k = ? AND n = 0');
    this.count = database.prepare('SELECT coalesce(sum(n), 0) AS n FROM rows');
  }
}

function createTable(database: DatabaseSync): void {
  database.exec('CREATE TABLE rows (k TEXT PRIMARY KEY, n INTEGER NOT NULL, v TEXT NOT NULL) WITHOUT ROWID');
}

function cellsOf(stored: unknown): readonly Cell[] {
  return JSON.parse(String(stored)) as readonly Cell[];
}

/** As it is compared; unknown where the row does not have it. */
function cellOf(row: LoggedRow, { name, comparable }: RowColumn): Cell {
  const text = row.get(name);
  if (text === undefined) return UNKNOWN;
  return text === null || comparable === undefined ? text : comparable(text);
}
