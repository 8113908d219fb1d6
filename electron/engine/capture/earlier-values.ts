/**
 * Large values that earlier changes of the same object have given, for updates that did not touch them: the WAL does not
 * have those again. Right where the row is the same one, which its replica identity says; a truncate, a delete and a new
 * object forget. Only changes of the object itself count, so that an object stays what its changes make of it.
 */
import { FIELD_TEXT, FIELD_UNCHANGED, type Tuple } from '../decode/pgoutput/tuple.ts';
import type { Change, TableShape } from './change.ts';

/** By column; undefined for those of which nothing is known. */
export type KnownValues = readonly (Uint8Array | undefined)[];

/** Rows are stored apart from 2 kB on, or from `toast_tuple_target`, which is 128 at least. */
const SMALLEST_BYTES = 128;

/** Bytes that an object may remember; beyond it the object forgets, and columns stay in the list. */
const MOST_BYTES = 4 * 1024 ** 2;

/** Types of a fixed length, by their ids in pg_type: they are never stored apart. */
const FIXED: ReadonlySet<number> = new Set([
  16, 18, 19, 20, 21, 23, 26, 700, 701, 790, 829, 1082, 1083, 1114, 1184, 1186, 1266, 2950,
]);

export class EarlierValues {
  readonly #keys: readonly number[];
  readonly #candidates: readonly number[];
  readonly #rows = new Map<string, { readonly values: KnownValues; readonly bytes: number }>();
  #bytes = 0;
  #full = false;

  private constructor(keys: readonly number[], candidates: readonly number[]) {
    this.#keys = keys;
    this.#candidates = candidates;
  }

  /** Undefined where rows cannot be told apart, the old row has everything, or no column can be missing. */
  static of({ file }: TableShape): EarlierValues | undefined {
    if (file.replicaIdentity === 'full' || file.replicaIdentity === 'nothing') return undefined;
    const fields = file.columns.map((column, field) => ({ ...column, field }));
    const keys = fields.filter(({ key }) => key).map(({ field }) => field);
    const candidates = fields.filter(({ typeId }) => !FIXED.has(typeId)).map(({ field }) => field);
    return keys.length === 0 || candidates.length === 0 ? undefined : new EarlierValues(keys, candidates);
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What is known of the row before this change. */
  recall({ operation, before, after, movedFrom }: Change): KnownValues | undefined {
    if (this.#rows.size === 0 || after === undefined) return undefined;
    if (operation !== 'update' && movedFrom === undefined) return undefined;
    return this.#rows.get(this.#keyOf(movedFrom ?? before ?? after))?.values;
  }

  /** Takes what this change gives. @param known what {@link recall} has said */
  remember({ operation, before, after, movedFrom }: Change, known: KnownValues | undefined): void {
    if (operation === 'read') return;
    // The insert of a row that has moved comes next, and has the values.
    if (operation === 'delete' && movedFrom !== undefined) return;
    if (operation === 'truncate') this.#forgetAll();
    const left = movedFrom ?? before;
    if (left !== undefined && this.#rows.size > 0) this.#forget(this.#keyOf(left));
    if (after === undefined || this.#full) return;
    const values: (Uint8Array | undefined)[] = [];
    let bytes = 0;
    for (const field of this.#candidates) {
      const value = largeValue(after, field, known);
      if (value === undefined) continue;
      values[field] = value;
      bytes += value.length;
    }
    if (bytes === 0 && this.#rows.size === 0) return;
    const key = this.#keyOf(after);
    this.#forget(key);
    if (bytes === 0) return;
    this.#rows.set(key, { values, bytes });
    this.#bytes += bytes;
    if (this.#bytes <= MOST_BYTES) return;
    this.#forgetAll();
    this.#full = true;
  }

  #forget(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#bytes -= row.bytes;
    this.#rows.delete(key);
  }

  #forgetAll(): void {
    this.#rows.clear();
    this.#bytes = 0;
  }

  /** Lengths first, so that no two keys come to one text. */
  #keyOf(tuple: Tuple): string {
    return this.#keys
      .map((field) => `${tuple.code(field)}:${tuple.size(field)}:${tuple.bytes(field).toString('latin1')}`)
      .join('');
  }
}

/** A copy: the tuple does not outlive its batch. */
function largeValue(after: Tuple, field: number, known: KnownValues | undefined): Uint8Array | undefined {
  const code = after.code(field);
  if (code === FIELD_UNCHANGED) return known?.[field];
  return code === FIELD_TEXT && after.size(field) >= SMALLEST_BYTES
    ? Uint8Array.prototype.slice.call(after.bytes(field))
    : undefined;
}
