/** A batch is cut between rows and nowhere else, and the pieces are the batch. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowCutter } from '../../electron/engine/encode/row-cutter.ts';
import type { CopyForm } from '../../electron/engine/copy-form.ts';
import type { RowBatch } from '../../electron/engine/ports.ts';

const value = fc.string({
  unit: fc.constantFrom('a', '"', "'", '\\', ',', '\n', '\r', 'ä', ' ', '受'),
  maxLength: 12,
});
const rowsOf = <T>(field: fc.Arbitrary<T>) =>
  fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 });

/** As COPY writes it: quoted where it has to be, and here now and then where it need not be. */
function csvField(text: string, always: boolean, quote: string, escape: string): string {
  const special = [quote, escape, ',', '\n', '\r'].some((character) => text.includes(character));
  if (!special && !always) return text;
  const inner = Array.from(text, (c) => (c === quote || c === escape ? `${escape}${c}` : c)).join('');
  return `${quote}${inner}${quote}`;
}

const csv = (quote: string, escape: string): Case => ({
  form: { kind: 'csv', delimiter: ',', nullToken: '', quote, escape },
  rows: rowsOf(fc.tuple(value, fc.boolean())).map((rows) =>
    rows.map((fields) =>
      Buffer.from(`${fields.map(([text, always]) => csvField(text, always, quote, escape)).join(',')}\n`),
    ),
  ),
});

interface Case {
  readonly form: CopyForm;
  readonly rows: fc.Arbitrary<Buffer[]>;
}

const lines = fc
  .array(value, { minLength: 1, maxLength: 20 })
  .map((texts) => texts.map((text) => Buffer.from(`${text.replaceAll(/[\r\n]/g, String.raw`\n`)}\n`)));

const binary = rowsOf(fc.option(fc.uint8Array({ maxLength: 30 }))).map((rows) =>
  rows.map((fields) => {
    const count = Buffer.alloc(2);
    count.writeInt16BE(fields.length);
    return Buffer.concat([
      count,
      ...fields.flatMap((field) => {
        const length = Buffer.alloc(4);
        length.writeInt32BE(field === null ? -1 : field.length);
        return field === null ? [length] : [length, Buffer.from(field)];
      }),
    ]);
  }),
);

const CASES: readonly (readonly [name: string, Case])[] = [
  ['csv', csv('"', '"')],
  ['csv with a backslash for escape', csv('"', '\\')],
  ['csv in single quotes', csv("'", "'")],
  ['text', { form: { kind: 'text' }, rows: lines }],
  ['json', { form: { kind: 'json' }, rows: lines }],
  ['binary', { form: { kind: 'binary', casts: [] }, rows: binary }],
];

describe.each(CASES)('%s', (_, { form, rows: anyRows }) => {
  test('cut again and again: every piece has its rows, and together they are the batch', () => {
    const cut = rowCutter(form);
    fc.assert(
      fc.property(anyRows, fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1 }), (rows, sizes) => {
        let left: RowBatch | undefined = { bytes: Buffer.concat(rows), rows: rows.length };
        let from = 0;
        for (let i = 0; left !== undefined; i++) {
          const size: number = sizes[i % sizes.length]!;
          const { head, rest } = cut(left, size);
          const expected = rows.slice(from, from + size);
          expect(head.rows).toBe(expected.length);
          expect(Buffer.from(head.bytes).equals(Buffer.concat(expected))).toBe(true);
          from += size;
          left = rest;
        }
        expect(from).toBeGreaterThanOrEqual(rows.length);
      }),
    );
  });

  test('a batch that fits is not looked at', () => {
    const batch = { bytes: Buffer.from('not in any form'), rows: 3 };
    for (const rows of [3, 4, Infinity]) expect(rowCutter(form)(batch, rows)).toEqual({ head: batch });
  });

  test('bytes that are not in that form are a defect', () => {
    const batch = { bytes: Buffer.from([0x22, 0x61]), rows: 3 };
    expect(() => rowCutter(form)(batch, 2)).toThrow('A batch has fewer rows than were counted.');
  });
});
