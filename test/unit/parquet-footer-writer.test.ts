/** The footer that is put together from bytes is the one that the library writes from objects. */
import type { ColumnChunk, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { FooterWriter } from '../../electron/engine/encode/parquet/footer-writer.ts';

const SCHEMA: SchemaElement[] = [
  { name: 'schema', num_children: 2 },
  { name: 'a', type: 'INT32', repetition_type: 'OPTIONAL' },
  {
    name: 'b',
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    repetition_type: 'OPTIONAL',
    logical_type: { type: 'STRING' },
  },
];

function chunk(name: string, at: number, min: number | Uint8Array): ColumnChunk {
  return {
    file_offset: BigInt(at),
    meta_data: {
      type: typeof min === 'number' ? 'INT32' : 'BYTE_ARRAY',
      encodings: ['PLAIN'],
      path_in_schema: [name],
      codec: 'ZSTD',
      num_values: BigInt(at),
      total_compressed_size: 10n,
      total_uncompressed_size: 20n,
      data_page_offset: BigInt(at),
      statistics: { null_count: 1n, min_value: min, max_value: min },
    },
  };
}

test.each([1, 2, 14, 15, 16, 200])('of %i row groups', (count) => {
  const groups = Array.from({ length: count }, (_, i): RowGroup => ({
    columns: [chunk('a', i * 1_000, i), chunk('b', i * 1_000 + 7, Buffer.from(`text ${i}`))],
    total_byte_size: 40n,
    total_compressed_size: BigInt(20 + i),
    num_rows: BigInt(i * 77),
  }));
  const library = new ByteWriter();
  const writer = new ParquetWriter({ writer: library, schema: SCHEMA, createdBy: 'Sluice' });
  writer.row_groups = groups;
  writer.num_rows = groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  void writer.finish();

  const own = new ByteWriter();
  const footer = new FooterWriter(SCHEMA);
  for (const group of groups) footer.add(group);
  footer.write(own);
  const [expected, found] = [library.getBytes().subarray(4, -4), own.getBytes()];
  expect(Buffer.from(found).equals(Buffer.from(expected))).toBe(true);
  expect(footer.rows).toBe(writer.num_rows);
});
