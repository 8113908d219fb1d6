import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutTextRows } from '../../electron/engine/decode/copy-text-rows.ts';

const rowsOf = (text: string | Buffer, columns: number) =>
  cutTextRows(Buffer.from(text), columns).map((row) =>
    Array.from({ length: row.length }, (_, column) => row.text(column)),
  );

test.each<[text: string, columns: number, rows: (string | null)[][]]>([
  [
    '1\tpaid\n2\t\\N\n',
    2,
    [
      ['1', 'paid'],
      ['2', null],
    ],
  ],
  ['', 2, []],
  ['\n', 1, [['']]],
  ['\t\n', 2, [['', '']]],
  // A table without columns has rows nevertheless.
  ['\n\n', 0, [[], []]],
  ['a\\tb\\nc\\rd\\be\\ff\\vg\\\\N\n', 1, [['a\tb\nc\rd\be\ff\vg\\N']]],
  // A backslash before anything else stands for that.
  ['\\x\n', 1, [['x']]],
  ['\\\\\tü\\\\ü\n', 2, [['\\', 'ü\\ü']]],
])('%j with %i columns', (text, columns, rows) => {
  expect(rowsOf(text, columns)).toEqual(rows);
});

test.each([
  ['1\n', 2],
  ['1\t2\t3\n', 2],
])('a row of another number of values than its table has columns is an error: %j, %i', (text, columns) => {
  expect(() => rowsOf(text, columns)).toThrow(expect.objectContaining({ code: 'DATA_COUNT_MISMATCH' }));
});

const MARKS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

test('whatever COPY writes is read as it was', () => {
  const value = fc.option(
    fc.string({ unit: fc.oneof(fc.constantFrom('\\', '\n', '\t', 'N', '.', '\b', '\v'), fc.string()) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 20 }), (rows) => {
      const written = rows.map(
        (row) =>
          `${row
            .map((each) =>
              each === null ? '\\N' : each.replaceAll(/[\\\b\f\n\r\t\v]/g, (c) => MARKS[c] ?? c),
            )
            .join('\t')}\n`,
      );
      expect(rowsOf(written.join(''), 3)).toEqual(rows);
    }),
  );
});
