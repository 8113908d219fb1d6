/** One reader for each kind: from the bytes of a field to the value that the writer takes. */
import { InternedBytes } from './interned-bytes.ts';
import type { ParquetColumn, ParquetKind } from './parquet-column.ts';
import { readNumeric, readNumericAsDouble } from './read-numeric.ts';
import { readDate, readInt64, readOid, readTime, readTimestamp } from './read-time.ts';
import { AS_NULL, UnholdableValue, malformedRows, type OnLoss } from './unholdable.ts';

/** A value of a column, as the writer takes it. */
export type ParquetValue = boolean | number | bigint | Uint8Array | readonly (ParquetValue | undefined)[];

/** Reads the field of `length` bytes at `offset`; `view` and `bytes` show the same memory. */
export type ReadValue = (view: DataView, bytes: Uint8Array, offset: number, length: number) => ParquetValue;

/** Reads a number of 32 bits. */
export type ReadInt32 = (view: DataView, offset: number) => number;

/** Reads a number of 64 bits into two entries of `target`, see {@link readInt64}. */
export type StoreInt64 = (view: DataView, offset: number, target: Int32Array, index: number) => void;

export const INT32_READERS: Partial<Readonly<Record<ParquetKind, ReadInt32>>> = {
  int2: (view, offset) => view.getInt16(offset),
  int4: (view, offset) => view.getInt32(offset),
  date: readDate,
};

export const INT64_READERS: Partial<Readonly<Record<ParquetKind, StoreInt64>>> = {
  int8: readInt64,
  oid: readOid,
  time: readTime,
  timestamp: readTimestamp,
  timestamptz: readTimestamp,
};

/** Bytes that a field of a kind has; the kinds that are not here have any number. */
export const FIELD_WIDTH: Partial<Readonly<Record<ParquetKind, number>>> = {
  boolean: 1,
  int2: 2,
  int4: 4,
  int8: 8,
  oid: 4,
  float4: 4,
  float8: 8,
  uuid: 16,
  date: 4,
  time: 8,
  timestamp: 8,
  timestamptz: 8,
};

/** jsonb begins with the number of its version, which has been 1 ever since. */
const JSONB_VERSION = 1;

/**
 * The reader for the values of a column; for those of an array, when it is one.
 * @param slots as for {@link InternedBytes}
 * @param onLoss given where losses are accepted: values are then read as well as it goes, and it is told of
 */
export function valueReader(column: ParquetColumn, slots: number, onLoss?: OnLoss): ReadValue {
  const read = elementReader(column, slots, onLoss);
  return column.list ? listReader(read, FIELD_WIDTH[column.kind], onLoss) : read;
}

function elementReader(column: ParquetColumn, slots: number, onLoss: OnLoss | undefined): ReadValue {
  const { kind } = column;
  switch (kind) {
    case 'boolean':
      return (view, _, offset) => view.getUint8(offset) !== 0;
    case 'float4':
      return (view, _, offset) => view.getFloat32(offset);
    case 'float8':
      return (view, _, offset) => view.getFloat64(offset);
    case 'decimal':
      return (view, _, offset, length) => readNumeric(view, offset, length, column, onLoss);
    case 'numericDouble':
      return (view, _, offset, length) => readNumericAsDouble(view, offset, length);
    case 'text':
    case 'json':
      return bytesReader(slots);
    case 'jsonb':
      return jsonbReader();
    case 'bytea':
    case 'uuid':
      return (_, bytes, offset, length) => bytes.subarray(offset, offset + length);
    case 'int2':
    case 'int4':
    case 'date':
      return int32Reader(INT32_READERS[kind]);
    case 'int8':
    case 'oid':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return int64Reader(INT64_READERS[kind]);
  }
}

function bytesReader(slots: number): ReadValue {
  const interned = new InternedBytes(slots);
  return (view, bytes, offset, length) => interned.of(view, bytes, offset, length);
}

function jsonbReader(): ReadValue {
  return (view, bytes, offset, length) => {
    if (length === 0 || view.getUint8(offset) !== JSONB_VERSION) {
      throw malformedRows('a jsonb is of a version that is not known');
    }
    return bytes.subarray(offset + 1, offset + length);
  };
}

function int32Reader(read: ReadInt32 | undefined): ReadValue {
  if (read === undefined) throw new TypeError('a kind of 32 bits has no reader');
  return (view, _, offset) => read(view, offset);
}

function int64Reader(store: StoreInt64 | undefined): ReadValue {
  if (store === undefined) throw new TypeError('a kind of 64 bits has no reader');
  const value = new BigInt64Array(1);
  const halves = new Int32Array(value.buffer);
  return (view, _, offset) => {
    store(view, offset, halves, 0);
    return value[0] as bigint;
  };
}

const ARRAY_HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;

/**
 * An array as `array_send` writes it: the number of dimensions, flags, the type of the elements, size and lower bound of
 * each dimension, and then each element behind its length.
 */
function listReader(read: ReadValue, width: number | undefined, onLoss: OnLoss | undefined): ReadValue {
  const readElement = onLoss === undefined ? read : orNull(read, onLoss);
  return (view, bytes, offset, length) => {
    if (length < ARRAY_HEADER_BYTES) throw malformedRows('an array is too short');
    const dimensions = view.getInt32(offset);
    if (dimensions === 0) return [];
    if (dimensions !== 1) throw new UnholdableValue('an array of arrays');
    const end = offset + length;
    let at = offset + ARRAY_HEADER_BYTES + DIMENSION_BYTES;
    if (at > end) throw malformedRows('an array is too short');
    const size = view.getInt32(offset + ARRAY_HEADER_BYTES);
    if (view.getInt32(offset + ARRAY_HEADER_BYTES + 4) !== 1) {
      if (onLoss === undefined) throw new UnholdableValue(ODD_BOUNDS);
      onLoss(`${ODD_BOUNDS}, written as one that does`);
    }
    const values: (ParquetValue | undefined)[] = [];
    for (let i = 0; i < size; i++) {
      const bytesOfElement = fieldLength(view, at, end, width);
      at += 4;
      values.push(bytesOfElement === NULL ? undefined : readElement(view, bytes, at, bytesOfElement));
      at += Math.max(0, bytesOfElement);
    }
    if (at !== end) throw malformedRows('an array has another length than it says');
    return values;
  };
}

const ODD_BOUNDS = 'an array that does not begin at 1';

/** One element that cannot be held costs itself, and not its array. */
function orNull(
  read: ReadValue,
  onLoss: OnLoss,
): (...field: Parameters<ReadValue>) => ParquetValue | undefined {
  return (view, bytes, offset, length) => {
    try {
      return read(view, bytes, offset, length);
    } catch (error) {
      if (!(error instanceof UnholdableValue)) throw error;
      onLoss(`${error.message} in an array, ${AS_NULL}`);
      return undefined;
    }
  };
}

/** The length that stands for NULL. */
export const NULL = -1;

/** The length before a field, which then lies whole before `end`. @throws AppError `INTERNAL_INVARIANT` */
export function fieldLength(view: DataView, at: number, end: number, width: number | undefined): number {
  if (at + 4 > end) throw malformedRows('a field has no length');
  const length = view.getInt32(at);
  if (length === NULL) return NULL;
  if (length < 0 || length > end - at - 4) throw malformedRows('a field is longer than its row');
  if (width !== undefined && length !== width) throw malformedRows('a field has not the length of its type');
  return length;
}
