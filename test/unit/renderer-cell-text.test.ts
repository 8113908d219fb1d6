import { describe, expect, it } from 'vitest';
import { isNumeric, lookOf, textOf } from '../../renderer/features/browse/cell-text.ts';
import { firstWidth } from '../../renderer/features/browse/column-width.ts';
import { indentJson, prettyValue, splitArray } from '../../renderer/features/browse/pretty-value.ts';
import { toTsv } from '../../renderer/features/browse/tsv.ts';

describe('a cell', () => {
  it('tells NULL, the empty text and a text that says NULL apart', () => {
    expect([null, '', 'NULL', undefined].map((cell) => lookOf(cell))).toEqual([
      'null',
      'empty',
      'plain',
      'loading',
    ]);
  });

  it('is one line, and no longer than can be seen', () => {
    expect(textOf('a\r\nb\nc\td', 300)).toBe('a ↵ b ↵ c ⇥ d');
    expect(textOf('x'.repeat(5_000), 300)).toHaveLength(101);
    expect(textOf({ cut: 'y'.repeat(2_000), length: 9_000 }, 30)).toBe(`${'y'.repeat(10)}…`);
  });

  it.each([
    ['integer', true],
    ['numeric(12,2)', true],
    ['double precision', true],
    ['bigint[]', false],
    ['interval', false],
    ['int4range', false],
    ['timestamp without time zone', false],
  ])('of type %s stands at the right: %s', (type, expected) => {
    expect(isNumeric(type)).toBe(expected);
  });
});

describe('the first width of a column', () => {
  const measure = (text: string) => text.length * 10;
  const rows = (...values: string[]) => values.map((value) => [value]);

  it('is that of the longest number, which must not be cut off', () => {
    const sample = rows(...Array.from({ length: 50 }, () => '1'), '1234567890123');
    expect(firstWidth({ name: 'n', type: 'int8' }, 0, sample, measure)).toBe(64);
    expect(firstWidth({ name: 'n', type: 'bigint' }, 0, sample, measure)).toBe(154);
  });

  it('is not that of one long text among short ones, and has a bound', () => {
    const sample = rows(...Array.from({ length: 50 }, () => 'short'), 'long'.repeat(100));
    expect(firstWidth({ name: 'n', type: 'text' }, 0, sample, measure)).toBe(74);
    expect(firstWidth({ name: 'n'.repeat(90), type: 'text' }, 0, sample, measure)).toBe(360);
  });
});

describe('rows for the clipboard', () => {
  it('are tab-separated, and quoted where a spreadsheet would misread them', () => {
    expect(
      toTsv([
        ['1', 'a b', null],
        ['2', 'tab\there', ''],
        ['3', 'say "hi"\nthere', 'x'],
      ]),
    ).toBe('1\ta b\t\n2\t"tab\there"\t""\n3\t"say ""hi""\nthere"\tx');
  });
});

describe('a pretty value', () => {
  it('keeps every digit and the order of keys in JSON', () => {
    expect(indentJson('{"b":12345678901234567890,"a":[1,{}],"c":"x,{y}\\"z"}')).toBe(
      '{\n  "b": 12345678901234567890,\n  "a": [\n    1,\n    {}\n  ],\n  "c": "x,{y}\\"z"\n}',
    );
    expect(indentJson('[]')).toBe('[]');
    expect(indentJson('true')).toBe('true');
  });

  it('leaves JSON that was cut as it is', () => {
    expect(indentJson('{"a":[1,')).toBeUndefined();
    expect(prettyValue('{"a":"b', 'jsonb')).toEqual({ text: '{"a":"b', as: undefined });
  });

  it('puts the elements of an array on lines of their own', () => {
    expect(splitArray('{a,"b, c","q\\"uote",NULL,"NULL",""}')).toEqual([
      'a',
      'b, c',
      'q"uote',
      'NULL',
      '"NULL"',
      '""',
    ]);
    expect(splitArray('{}')).toEqual([]);
    expect(splitArray('{{1,2},{3,4}}')).toBeUndefined();
    expect(prettyValue('{{1,2}}', 'integer[]').text).toBe('{{1,2}}');
  });

  it('does not touch text that looks like JSON', () => {
    expect(prettyValue('{"a":1}', 'text').text).toBe('{"a":1}');
  });
});
