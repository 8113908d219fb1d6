import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePlainJson, type Plain } from '../../electron/engine/capture/replay/plain-json.ts';

/** What the reader makes of a value: scalars as Postgres's text. */
function plain(value: unknown): Plain {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'number') return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(plain);
  return new Map(Object.entries(value as object).map(([name, member]) => [name, plain(member)]));
}

const sorted = (value: Plain): unknown =>
  value instanceof Map
    ? Object.fromEntries([...value].map(([name, member]) => [`.${name}`, sorted(member)]))
    : Array.isArray(value)
      ? value.map(sorted)
      : value;

test('reads what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
      expect(sorted(parsePlainJson(JSON.stringify(value, null, space)))).toEqual(sorted(plain(value)));
    }),
    { numRuns: 2_000 },
  );
});

test('refuses what JSON.parse refuses', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '\\',
    '1',
    '-',
    '1e5',
    '0.',
    'null',
    'tru',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join('');
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      if (valid) parsePlainJson(text);
      else expect(() => parsePlainJson(text)).toThrow(SyntaxError);
    }),
    { numRuns: 5_000 },
  );
});

test('keeps all digits, and names that mean something to JavaScript', () => {
  const text = '{"__proto__":12345678901234567890.10,"2":true,"1":-0}';
  expect(parsePlainJson(text)).toEqual(
    new Map([
      ['__proto__', '12345678901234567890.10'],
      ['2', 't'],
      ['1', '-0'],
    ]),
  );
});

test('takes a megabyte of short values in no time', () => {
  const text = JSON.stringify(Array.from({ length: 100_000 }, (_, i) => `v${i}`));
  // Of this thread alone: beside other load the clock says nothing of it.
  const before = process.threadCpuUsage();
  parsePlainJson(text);
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(2_000);
});
