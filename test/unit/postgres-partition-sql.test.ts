import { describe, expect, test } from 'vitest';
import { partitionCondition, partitionValue } from '../../electron/engine/postgres/partition-sql.ts';

describe('the rows of a partition', () => {
  test.each([
    [{ from: null, to: null }, '"c" IS NULL'],
    [{ from: 'it’s', to: null }, `"c" OPERATOR(pg_catalog.=) 'it’s'`],
    [{ from: "o'clock", to: null }, `"c" OPERATOR(pg_catalog.=) 'o''clock'`],
    [{ from: String.raw`a\b`, to: null }, String.raw`"c" OPERATOR(pg_catalog.=) E'a\\b'`],
    [
      { from: '2020-06-01 00:00:00', to: '2020-06-02 00:00:00' },
      `"c" OPERATOR(pg_catalog.>=) '2020-06-01 00:00:00' AND "c" OPERATOR(pg_catalog.<) '2020-06-02 00:00:00'`,
    ],
    [{ from: 'infinity', to: 'infinity' }, `"c" OPERATOR(pg_catalog.=) 'infinity'`],
    [
      { from: '1.0', to: null, compared: 'both' as const },
      `"c" OPERATOR(pg_catalog.=) '1.0' AND (("c"::pg_catalog.text) COLLATE pg_catalog."C") OPERATOR(pg_catalog.=) '1.0'`,
    ],
    [
      { from: 'Foo', to: null, compared: 'text' as const },
      `((CASE WHEN pg_catalog.num_nulls("c") OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format('%s', "c") END) COLLATE pg_catalog."C") OPERATOR(pg_catalog.=) 'Foo'`,
    ],
    [
      { from: null, to: null, compared: 'text' as const },
      `((CASE WHEN pg_catalog.num_nulls("c") OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format('%s', "c") END) COLLATE pg_catalog."C") IS NULL`,
    ],
  ])('%j: %s', (bounds, condition) => {
    expect(partitionCondition('c', bounds)).toBe(condition);
  });
});

describe('what a folder is named after', () => {
  test.each([
    ['2020-06-01', 'day', '2020-06-01'],
    ['2020-06-01', 'month', '2020-06'],
    ['2020-01-01', 'year', '2020'],
    ['0044-03-01 BC', 'month', '0044-03 BC'],
    ['0044-01-01 BC', 'year', '0044 BC'],
    ['12020-01-01', 'year', '12020'],
    ['infinity', 'month', 'infinity'],
    ['-infinity', 'year', '-infinity'],
    ['a-01-01', 'value', 'a-01-01'],
    [null, 'year', null],
  ] as const)('%j by %s is %j', (value, unit, expected) => {
    expect(partitionValue(value, unit)).toBe(expected);
  });
});
