/** The number of rows in the footer: the proof that `sluice verify` gives of a file of Parquet. */
import { describe, expect, test } from 'vitest';
import { FooterRows, UnreadableFooter } from '../../electron/engine/encode/parquet/footer-rows.ts';
import { parquetColumn } from '../../electron/engine/encode/parquet/parquet-column.ts';
import { ParquetFile } from '../../electron/engine/encode/parquet/parquet-file.ts';

const ROW = Buffer.from([0, 1, 0, 0, 0, 4, 0, 0, 0, 7]);

function fileOf(rows: number): Buffer {
  const file = new ParquetFile({
    columns: [parquetColumn({ name: 'a', type: 'integer', baseType: 'int4' })],
    compression: 'zstd',
  });
  if (rows > 0) file.add(Buffer.concat(Array.from({ length: rows }, () => ROW)), rows);
  file.end();
  return Buffer.from(file.takeOutput());
}

function rowsOf(bytes: Buffer, pieceBytes = bytes.length): number {
  const footer = new FooterRows();
  for (let from = 0; from < bytes.length; from += pieceBytes)
    footer.push(bytes.subarray(from, from + pieceBytes));
  return footer.rows();
}

describe('the rows of a file', () => {
  test.each([0, 1, 1000])('%i', (rows) => {
    expect(rowsOf(fileOf(rows))).toBe(rows);
  });

  test.each([1, 7, 64])('in pieces of %i bytes', (pieceBytes) => {
    expect(rowsOf(fileOf(12), pieceBytes)).toBe(12);
  });
});

describe('a file that is not whole', () => {
  const whole = fileOf(12);
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['the end is missing', whole.subarray(0, -1)],
    ['only the end is there', whole.subarray(-8)],
    ['another file', Buffer.from('1,one\n2,two\n')],
    ['a footer of zeros', Buffer.concat([Buffer.alloc(whole.length - 8), whole.subarray(-8)])],
  ])('%s', (_, bytes) => {
    expect(() => rowsOf(bytes)).toThrow(UnreadableFooter);
  });
});
