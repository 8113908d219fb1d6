import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRowCounter } from '../../electron/engine/encode/row-counter.ts';

/** What CSV writers do: quotes where there is something to quote, and quotes doubled inside. */
const quote = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'ä', ' '), maxLength: 12 });
const csv = { kind: 'csv', dialect: 'postgres', delimiter: ',', nullToken: '' } as const;

test('rows of delimited text are counted right, in whatever pieces they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 20 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.array(fc.nat(), { maxLength: 10 }),
      (rows, end, header, cuts) => {
        const lines = [...(header ? [['a', 'b\n"c"']] : []), ...rows].map(
          (row) => row.map(quote).join(',') + end,
        );
        const bytes = Buffer.from(lines.join(''));
        const counter = createRowCounter({ ...csv, header });
        const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        [...places, bytes.length].forEach((place, i) =>
          counter.push(bytes.subarray(places[i - 1] ?? 0, place)),
        );
        expect(counter.rows()).toBe(rows.length);
      },
    ),
  );
});

test('a file with nothing in it has no rows, also where a header was to be expected', () => {
  expect(createRowCounter({ ...csv, header: true }).rows()).toBe(0);
  expect(createRowCounter({ kind: 'jsonl' }).rows()).toBe(0);
});

test('quotes mean nothing in JSON Lines', () => {
  const counter = createRowCounter({ kind: 'jsonl' });
  counter.push(Buffer.from('{"a":"\\""}\n{"a":1}\n'));
  expect(counter.rows()).toBe(2);
});
