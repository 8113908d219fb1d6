/**
 * The values of one column of a row group, until it is written. Bounds are found here and not by the library, which
 * looks at each value again, and at numbers of 64 bits as BigInts: measured, a fifth of all the time.
 */
import { InternedBytes, slotsOf } from './interned-bytes.ts';
import type { ParquetColumn } from './parquet-column.ts';
import type { OnLoss } from './unholdable.ts';
import {
  INT32_READERS,
  INT64_READERS,
  valueReader,
  type ParquetValue,
  type ReadInt32,
  type ReadValue,
  type StoreInt64,
} from './value-readers.ts';

/** What the writer takes: numbers in typed arrays where no value is NULL. */
export type ColumnValues = Int32Array | BigInt64Array | (ParquetValue | undefined)[];

/** The least and the greatest value of a row group; null where all are NULL. */
export type Bounds = { readonly min: Bound; readonly max: Bound } | null;
type Bound = number | bigint | Uint8Array;

export interface TakenColumn {
  /** May be changed after the next `add`. */
  readonly values: ColumnValues;
  readonly nulls: number;
  /** Undefined: for the library to find. */
  readonly bounds: Bounds | undefined;
}

export interface ColumnBuffer {
  /** @throws UnholdableValue */
  add(view: DataView, bytes: Uint8Array, offset: number, length: number): void;
  addNull(): void;
  /** All values since the last time. */
  take(): TakenColumn;
}

/**
 * @param columns those of the file: the more there are, the less memory each begins with
 * @param onLoss as for {@link valueReader}
 */
export function columnBuffer(column: ParquetColumn, columns: number, onLoss?: OnLoss): ColumnBuffer {
  const slots = slotsOf(columns);
  const capacity = slots * NUMBERS_OF_SLOT;
  if (column.list) return new ValueBuffer(valueReader(column, slots, onLoss));
  const int32 = INT32_READERS[column.kind];
  if (int32 !== undefined) return new Int32Buffer(int32, capacity);
  const int64 = INT64_READERS[column.kind];
  if (int64 !== undefined) return new Int64Buffer(int64, capacity);
  return column.kind === 'text' ? new TextBuffer(slots) : new ValueBuffer(valueReader(column, slots, onLoss));
}

/** Any values, one object each. */
class ValueBuffer implements ColumnBuffer {
  readonly #read: ReadValue;
  #values: (ParquetValue | undefined)[] = [];
  #nulls = 0;

  constructor(read: ReadValue) {
    this.#read = read;
  }

  add(view: DataView, bytes: Uint8Array, offset: number, length: number): void {
    this.#values.push(this.#read(view, bytes, offset, length));
  }

  addNull(): void {
    this.#values.push(undefined);
    this.#nulls++;
  }

  take(): TakenColumn {
    const taken = { values: this.#values, nulls: this.#nulls, bounds: undefined };
    this.#values = [];
    this.#nulls = 0;
    return taken;
  }
}

/** Text, of which equal values are one object. */
class TextBuffer implements ColumnBuffer {
  readonly #interned: InternedBytes;
  #values: (Uint8Array | undefined)[] = [];
  #nulls = 0;
  #min: Uint8Array | undefined;
  #max: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  constructor(slots: number) {
    this.#interned = new InternedBytes(slots);
  }

  add(view: DataView, bytes: Uint8Array, offset: number, length: number): void {
    const value = this.#interned.of(view, bytes, offset, length);
    this.#values.push(value);
    if (value === this.#min || value === this.#max || value === this.#last) return;
    this.#last = value;
    if (this.#min === undefined || Buffer.compare(value, this.#min) < 0) this.#min = value;
    if (this.#max === undefined || Buffer.compare(value, this.#max) > 0) this.#max = value;
  }

  addNull(): void {
    this.#values.push(undefined);
    this.#nulls++;
  }

  take(): TakenColumn {
    const bounds =
      this.#min === undefined || this.#max === undefined ? null : { min: this.#min, max: this.#max };
    const taken = { values: this.#values, nulls: this.#nulls, bounds };
    this.#values = [];
    this.#nulls = 0;
    this.#min = undefined;
    this.#max = undefined;
    this.#last = undefined;
    return taken;
  }
}

/** Places for numbers that a column begins with, for each slot of a column of text. */
const NUMBERS_OF_SLOT = 4;

class Int32Buffer implements ColumnBuffer {
  readonly #read: ReadInt32;
  #values: Int32Array;
  #length = 0;
  #nulls: number[] = [];
  #min = Infinity;
  #max = -Infinity;

  constructor(read: ReadInt32, capacity: number) {
    this.#read = read;
    this.#values = new Int32Array(capacity);
  }

  add(view: DataView, _: Uint8Array, offset: number): void {
    if (this.#length === this.#values.length) this.#grow();
    const value = this.#read(view, offset);
    this.#values[this.#length++] = value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  addNull(): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#nulls.push(this.#length++);
  }

  take(): TakenColumn {
    const values = withNulls(this.#values.subarray(0, this.#length), this.#nulls);
    const bounds = this.#min > this.#max ? null : { min: this.#min, max: this.#max };
    const taken = { values, nulls: this.#nulls.length, bounds };
    this.#length = 0;
    this.#nulls = [];
    this.#min = Infinity;
    this.#max = -Infinity;
    return taken;
  }

  #grow(): void {
    const larger = new Int32Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
  }
}

class Int64Buffer implements ColumnBuffer {
  readonly #store: StoreInt64;
  #values: BigInt64Array;
  #halves: Int32Array;
  #length = 0;
  #nulls: number[] = [];
  #min = -1;
  #max = -1;

  constructor(store: StoreInt64, capacity: number) {
    this.#store = store;
    this.#values = new BigInt64Array(capacity);
    this.#halves = new Int32Array(this.#values.buffer);
  }

  add(view: DataView, _: Uint8Array, offset: number): void {
    if (this.#length === this.#values.length) this.#grow();
    const index = this.#length;
    this.#store(view, offset, this.#halves, index);
    // Only now: a value that cannot be held takes no place.
    this.#length++;
    if (this.#min === -1 || this.#isLess(index, this.#min)) this.#min = index;
    if (this.#max === -1 || this.#isLess(this.#max, index)) this.#max = index;
  }

  addNull(): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#nulls.push(this.#length++);
  }

  take(): TakenColumn {
    const values = withNulls(this.#values.subarray(0, this.#length), this.#nulls);
    const [min, max] = [this.#values[this.#min], this.#values[this.#max]];
    const bounds = min === undefined || max === undefined ? null : { min, max };
    const taken = { values, nulls: this.#nulls.length, bounds };
    this.#length = 0;
    this.#nulls = [];
    this.#min = -1;
    this.#max = -1;
    return taken;
  }

  /** Compares the halves, because a BigInt of each would be made for the comparison. */
  #isLess(a: number, b: number): boolean {
    const halves = this.#halves;
    const [high, otherHigh] = [halves[a * 2 + 1] as number, halves[b * 2 + 1] as number];
    if (high !== otherHigh) return high < otherHigh;
    return (halves[a * 2] as number) >>> 0 < (halves[b * 2] as number) >>> 0;
  }

  #grow(): void {
    const larger = new BigInt64Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
    this.#halves = new Int32Array(larger.buffer);
  }
}

/** A typed array has no place for NULL: where there is one, the values go into a plain array. */
function withNulls(numbers: Int32Array | BigInt64Array, nulls: readonly number[]): ColumnValues {
  if (nulls.length === 0) return numbers;
  const values: (ParquetValue | undefined)[] = Array.from<ParquetValue>(numbers);
  for (const index of nulls) values[index] = undefined;
  return values;
}
