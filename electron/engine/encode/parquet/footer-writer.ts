/**
 * The footer of a file while it is made. What it says of a row group is kept as the bytes that go into the file: as objects,
 * the column chunks of a wide table would take the memory of the thread before there were ten thousand rows.
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';

/** Bytes behind the footer that say how long it is. */
const LENGTH_BYTES = 4;

/** The type of the elements of a list of structs, and the greatest count that stands beside it. */
const STRUCT = 12;
const SHORT_LIST_MAX = 14;
const LONG_LIST = 15;

export class FooterWriter {
  readonly #schema: SchemaElement[];
  readonly #groups: Uint8Array[] = [];
  /** Bytes up to the first row group of a footer that has one. */
  readonly #before: number;
  /** The bytes behind the list of row groups, the same whatever is in it. */
  readonly #behind: Uint8Array;
  #rows = 0n;

  constructor(schema: SchemaElement[]) {
    this.#schema = schema;
    const [none, one] = [this.#metadata(0n, []), this.#metadata(0n, [EMPTY_GROUP])];
    // The header of the list is one byte, and the first that differs: it has the count.
    this.#before = none.findIndex((byte, at) => byte !== one[at]) + 1;
    this.#behind = none.slice(this.#before);
  }

  /** Rows of all row groups. */
  get rows(): bigint {
    return this.#rows;
  }

  add(group: RowGroup): void {
    const bytes = this.#metadata(0n, [group]);
    this.#groups.push(bytes.slice(this.#before, bytes.length - this.#behind.length));
    this.#rows += group.num_rows;
  }

  /** Writes the footer and its length. */
  write(sink: ByteWriter): void {
    const start = sink.offset;
    const none = this.#metadata(this.#rows, []);
    sink.appendBytes(none.subarray(0, none.length - this.#behind.length - 1));
    const count = this.#groups.length;
    sink.appendUint8((Math.min(count, LONG_LIST) << 4) | STRUCT);
    if (count > SHORT_LIST_MAX) sink.appendVarInt(count);
    for (const group of this.#groups) sink.appendBytes(group);
    sink.appendBytes(this.#behind);
    sink.appendUint32(sink.offset - start);
  }

  /** The whole footer of a file with these row groups, without its length. */
  #metadata(rows: bigint, groups: RowGroup[]): Uint8Array {
    const writer = new ByteWriter();
    const metadata: Omit<FileMetaData, 'metadata_length'> = {
      version: 2,
      created_by: 'Sluice',
      schema: this.#schema,
      num_rows: rows,
      row_groups: groups,
    };
    writeMetadata(writer, metadata as FileMetaData);
    return writer.getBytes().subarray(0, -LENGTH_BYTES);
  }
}

const EMPTY_GROUP: RowGroup = { columns: [], total_byte_size: 0n, num_rows: 0n };
