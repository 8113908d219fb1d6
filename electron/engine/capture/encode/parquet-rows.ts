/** Changes as rows of COPY's binary format, which is what the writer of Parquet takes. See parquet-shape.ts. */
import { FIELD_NULL, FIELD_UNCHANGED, type Tuple } from '../../decode/pgoutput/tuple.ts';
import type { ParquetColumn } from '../../encode/parquet/parquet-column.ts';
import type { Change, TableShape } from '../change.ts';
import type { KnownValues } from '../earlier-values.ts';
import { binaryValue } from './binary-value.ts';
import type { ChangeOrder, ChangeOrigin, LineEncoder } from './change-encoder.ts';
import { hasOtherKey, isKnownAsWhole, LETTERS } from './flat-lines.ts';
import { JsonBuffer } from './json-buffer.ts';
import { JsonRow } from './json-row.ts';
import { CHANGE_COLUMNS, tableColumns } from './parquet-shape.ts';

/** The length of NULL. */
const NULL = -1;

export class ParquetRows implements LineEncoder {
  readonly #columns: readonly ParquetColumn[];
  readonly #isKey: readonly boolean[];
  readonly #json: JsonRow;
  readonly #side = new JsonBuffer();

  constructor(shape: TableShape) {
    this.#columns = tableColumns(shape);
    this.#isKey = shape.file.columns.map(({ key }) => key);
    this.#json = new JsonRow(shape, { placeholder: false, numbers: false });
  }

  encode(
    change: Change,
    origin: ChangeOrigin,
    order: ChangeOrder,
    output: JsonBuffer,
    known?: KnownValues,
  ): void {
    const { before, after } = change;
    output.int16(CHANGE_COLUMNS.length + this.#columns.length + 1);
    bytesField(Buffer.from(LETTERS[change.operation]), output);
    int64Field(change.lsn, output);
    int64Field(origin.commitLsn, output);
    int64Field(origin.xid === undefined ? undefined : BigInt(origin.xid), output);
    int64Field(origin.time, output);
    int64Field(origin.xid === undefined ? undefined : BigInt(order.total), output);
    this.#key(change, output);
    this.#unchanged(change, output, known);
    this.#before(change, output);
    const row = after ?? before;
    const unheld: Record<string, string> = {};
    for (const [field, column] of this.#columns.entries()) {
      const value = row === undefined ? null : this.#valueOf(change, row, field, known);
      this.#value(value, column, unheld, output);
    }
    const none = Object.keys(unheld).length === 0;
    bytesField(none ? undefined : Buffer.from(JSON.stringify(unheld)), output);
  }

  /** Null for NULL and for what is not known. */
  #valueOf(
    { before, old, after }: Change,
    row: Tuple,
    field: number,
    known: KnownValues | undefined,
  ): Uint8Array | null {
    if (row.code(field) === FIELD_UNCHANGED) {
      const earlier = known?.[field];
      if (earlier !== undefined) return earlier;
      return before === undefined || after === undefined ? null : this.#ofOld(before, old, field);
    }
    return after === undefined ? this.#ofOld(row, old, field) : bytesOf(row, field);
  }

  #ofOld(before: Tuple, old: Change['old'], field: number): Uint8Array | null {
    return old === 'full' || this.#isKey[field] === true ? bytesOf(before, field) : null;
  }

  #value(
    value: Uint8Array | null,
    column: ParquetColumn,
    unheld: Record<string, string>,
    output: JsonBuffer,
  ): void {
    if (value === null || column.kind === 'text' || column.kind === 'json') {
      bytesField(value ?? undefined, output);
      return;
    }
    const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
    const binary = binaryValue(column.kind, text);
    if (binary === undefined) unheld[column.name] = text;
    bytesField(binary, output);
  }

  #key(change: Change, output: JsonBuffer): void {
    const { before } = change;
    if (before === undefined || !hasOtherKey(change)) {
      output.int32(NULL);
      return;
    }
    this.#oldRow(before, 'key', output);
  }

  #before(change: Change, output: JsonBuffer): void {
    const { before, after } = change;
    if (before === undefined || after === undefined || !isKnownAsWhole(change)) output.int32(NULL);
    else this.#oldRow(before, 'full', output);
  }

  #oldRow(before: Tuple, old: Change['old'], output: JsonBuffer): void {
    const side = this.#side;
    side.clear();
    side.ascii('{');
    this.#json.before(before, old, true, side);
    side.ascii('}');
    bytesField(side.bytes(), output);
  }

  #unchanged(change: Change, output: JsonBuffer, known: KnownValues | undefined): void {
    const { after } = change;
    const side = this.#side;
    side.clear();
    if (after !== undefined) this.#json.missing(change, after, side, known);
    bytesField(side.length <= EMPTY_LIST ? undefined : side.bytes(), output);
  }
}

/** Bytes of `[]`. */
const EMPTY_LIST = 2;

function bytesOf(tuple: Tuple, field: number): Uint8Array | null {
  const code = tuple.code(field);
  return code === FIELD_NULL || code === FIELD_UNCHANGED ? null : tuple.bytes(field);
}

function bytesField(bytes: Uint8Array | undefined, output: JsonBuffer): void {
  output.int32(bytes === undefined ? NULL : bytes.length);
  if (bytes !== undefined) output.raw(bytes);
}

function int64Field(value: bigint | undefined, output: JsonBuffer): void {
  output.int32(value === undefined ? NULL : 8);
  if (value === undefined) return;
  output.int32(Number(BigInt.asIntN(32, value >> 32n)));
  output.int32(Number(BigInt.asIntN(32, value)));
}
