/** The values of one column of a row group, until it is written. */
import type { ParquetColumn } from './parquet-column.ts';
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

export interface ColumnBuffer {
  /** @throws UnholdableValue */
  add(view: DataView, bytes: Uint8Array, offset: number, length: number): void;
  addNull(): void;
  /** All values since the last time. They may be changed after the next `add`. */
  take(): ColumnValues;
}

export function columnBuffer(column: ParquetColumn): ColumnBuffer {
  const int32 = column.list ? undefined : INT32_READERS[column.kind];
  if (int32 !== undefined) return new Int32Buffer(int32);
  const int64 = column.list ? undefined : INT64_READERS[column.kind];
  return int64 === undefined ? new ValueBuffer(valueReader(column)) : new Int64Buffer(int64);
}

/** Any values, one object each. */
class ValueBuffer implements ColumnBuffer {
  readonly #read: ReadValue;
  #values: (ParquetValue | undefined)[] = [];

  constructor(read: ReadValue) {
    this.#read = read;
  }

  add(view: DataView, bytes: Uint8Array, offset: number, length: number): void {
    this.#values.push(this.#read(view, bytes, offset, length));
  }

  addNull(): void {
    this.#values.push(undefined);
  }

  take(): ColumnValues {
    const values = this.#values;
    this.#values = [];
    return values;
  }
}

const FIRST_CAPACITY = 16_384;

class Int32Buffer implements ColumnBuffer {
  readonly #read: ReadInt32;
  #values = new Int32Array(FIRST_CAPACITY);
  #length = 0;
  #nulls: number[] = [];

  constructor(read: ReadInt32) {
    this.#read = read;
  }

  add(view: DataView, _: Uint8Array, offset: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length++] = this.#read(view, offset);
  }

  addNull(): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#nulls.push(this.#length++);
  }

  take(): ColumnValues {
    const values = withNulls(this.#values.subarray(0, this.#length), this.#nulls);
    this.#length = 0;
    this.#nulls = [];
    return values;
  }

  #grow(): void {
    const larger = new Int32Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
  }
}

class Int64Buffer implements ColumnBuffer {
  readonly #store: StoreInt64;
  #values = new BigInt64Array(FIRST_CAPACITY);
  #halves = new Int32Array(this.#values.buffer);
  #length = 0;
  #nulls: number[] = [];

  constructor(store: StoreInt64) {
    this.#store = store;
  }

  add(view: DataView, _: Uint8Array, offset: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#store(view, offset, this.#halves, this.#length);
    this.#length++;
  }

  addNull(): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#nulls.push(this.#length++);
  }

  take(): ColumnValues {
    const values = withNulls(this.#values.subarray(0, this.#length), this.#nulls);
    this.#length = 0;
    this.#nulls = [];
    return values;
  }

  #grow(): void {
    const larger = new BigInt64Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
    this.#halves = new Int32Array(larger.buffer);
  }
}

/** A typed array has no place for NULL: where there is one, the values go into a plain array. */
function withNulls<Numbers extends Int32Array | BigInt64Array>(
  numbers: Numbers,
  nulls: readonly number[],
): ColumnValues {
  if (nulls.length === 0) return numbers;
  const values: (ParquetValue | undefined)[] = Array.from<ParquetValue>(numbers);
  for (const index of nulls) values[index] = undefined;
  return values;
}
