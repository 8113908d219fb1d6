import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRows } from '../../electron/cli/amounts.ts';
import { jsonLine } from '../../electron/cli/json-lines.ts';
import { progressLine } from '../../electron/cli/progress-line.ts';
import { createTextTable } from '../../electron/cli/text-table.ts';
import { cutToWidth, textWidth, withoutControls } from '../../electron/cli/text-width.ts';

const text = fc.string({ unit: 'grapheme' });

describe('amounts', () => {
  it.each([
    [0, '0 B'],
    [162, '162 B'],
    [999, '999 B'],
    [999_949, '999.9 KB'],
    [999_950, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
  ])('%d bytes are %s', (bytes, shown) => expect(formatBytes(bytes)).toBe(shown));

  it.each([
    [0, '0.0 s'],
    [9_949, '9.9 s'],
    [9_999, '10 s'],
    [59_499, '59 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('%d ms are %s', (ms, shown) => expect(formatDuration(ms)).toBe(shown));

  it('count', () => {
    expect([formatCount(5), formatCount(4_812_345), formatRows(1), formatRows(1_234)]).toEqual([
      '5',
      '4.8 M',
      '1 row',
      '1,234 rows',
    ]);
  });
});

describe('texts on a terminal', () => {
  it.each([
    ['abc', 3],
    ['日本語', 6],
    ['💧', 2],
    ['e\u0301', 1],
    ['한글', 4],
    ['', 0],
  ])('%s is %d wide', (value, width) => expect(textWidth(value)).toBe(width));

  it('are cut to fit, and not touched when they do', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (value, width) => {
        const cut = cutToWidth(value, width);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        if (textWidth(value) <= width) expect(cut).toBe(value);
      }),
    );
  });

  it('cannot move the cursor, ring the bell or turn the line around', () => {
    expect(withoutControls('\u001b[31m\u0007\n\t\u202e\u009b')).toBe(
      String.raw`\u001b[31m\u0007\n\t\u202e\u009b`,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(withoutControls(value)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('make columns that line up', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (rows) => {
        const table = createTextTable(
          [
            { title: 'Left', align: 'left' },
            { title: 'Right', align: 'right' },
          ],
          rows,
        );
        const lines = `${table.header()}${table.rows(rows)}`.split('\n').slice(0, -1);
        expect(lines).toHaveLength(rows.length + 2);
        const widths = lines
          .slice(2)
          .filter((line) => line !== '')
          .map(textWidth);
        expect(Math.max(0, ...widths)).toBeLessThanOrEqual(textWidth(lines[1]!));
      }),
    );
  });

  it('make a table', () => {
    const columns = [
      { title: 'Name', align: 'left' },
      { title: 'Rows', align: 'right' },
    ] as const;
    const rows = [
      ['Orders', '5'],
      ['日本', '12345'],
    ];
    const table = createTextTable(columns, rows);
    expect(table.header() + table.rows(rows)).toBe(
      ['Name     Rows', '------  -----', 'Orders      5', '日本    12345', ''].join('\n'),
    );
  });
});

describe('the line of a run', () => {
  const picture = {
    phase: 'transfer',
    rows: 250_000,
    bytesRead: 0,
    bytesEncoded: 10_000_000,
    bytesUploaded: 0,
    partsInFlight: 0,
    partsUploaded: 0,
    objectsWritten: 0,
    estimatedRows: 1_000_000,
    elapsedMs: 2_000,
  } as const;

  it('shows rate and time left', () => {
    expect(progressLine(picture, 200)).toBe(
      'Extracting [######                  ] 25%  250.0 K rows  10.0 MB  5.0 MB/s  6.0 s left',
    );
  });

  it('promises nothing without an estimate, and never 100 %', () => {
    expect(progressLine({ ...picture, estimatedRows: null }, 200)).toBe(
      'Extracting  250.0 K rows  10.0 MB  5.0 MB/s',
    );
    expect(progressLine({ ...picture, estimatedRows: 10 }, 200)).toContain('] 99%  ');
  });

  it('fits into the terminal', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.option(fc.maxSafeNat()), fc.nat(), (...numbers) => {
        const [rows, bytesEncoded, estimatedRows, elapsedMs] = numbers;
        const line = progressLine({ ...picture, rows, bytesEncoded, estimatedRows, elapsedMs }, 40);
        expect(textWidth(line)).toBeLessThanOrEqual(40);
        expect(line).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

describe('a JSON line', () => {
  it('writes whole numbers beyond 2^53 as texts', () => {
    expect(jsonLine({ a: 2 ** 53 - 1, b: 2 ** 53, c: -(2 ** 60), d: 10n ** 20n, e: 1.5 })).toBe(
      '{"a":9007199254740991,"b":"9007199254740992","c":"-1152921504606846976","d":"100000000000000000000","e":1.5}\n',
    );
  });

  it('is one line, whatever is in it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const line = jsonLine({ value });
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
    );
  });
});
