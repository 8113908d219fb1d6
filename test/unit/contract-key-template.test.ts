import { describe, expect, test } from 'vitest';
import type { Compression, Format } from '../../electron/contract/format.ts';
import {
  DEFAULT_KEY_TEMPLATE,
  KEY_FIELDS,
  extensionOf,
  isUniquePerRun,
  keyTemplateSchema,
  namesManyObjects,
  renderKey,
  templateProblem,
  type KeyContext,
} from '../../electron/contract/key-template.ts';

const csv: Format = { kind: 'csv', dialect: 'postgres', delimiter: ',', header: false, nullToken: '' };
const context: KeyContext = {
  database: 'shop',
  schema: 'public',
  table: 'Orders',
  runId: '20200601T230559Z-4f3a9c21',
  startedAt: new Date('2020-06-01T23:05:59.999Z'),
  format: csv,
  compression: 'none',
  partition: 'dt=2020-06-01',
};
const render = (template: string, change: Partial<KeyContext> = {}, prefix = '', part = 1) =>
  renderKey(template, prefix, { ...context, ...change }, part);

describe('each field of a key template', () => {
  test.each([
    ['database', 'shop'],
    ['schema', 'public'],
    ['table', 'Orders'],
    ['run_id', '20200601T230559Z-4f3a9c21'],
    ['date', '2020-06-01'],
    ['year', '2020'],
    ['month', '06'],
    ['day', '01'],
    ['hour', '23'],
    ['partition', 'dt=2020-06-01'],
    ['part', '00001'],
    ['ext', 'csv'],
  ])('{%s} becomes %s', (field, value) => {
    expect(templateProblem(`x-{${field}}`)).toBeUndefined();
    expect(render(`x-{${field}}`)).toBe(`x-${value}`);
  });

  test('the table above leaves none out', () => {
    expect(Object.keys(KEY_FIELDS)).toHaveLength(12);
  });

  test('is in UTC, whatever the time zone of the machine', () => {
    const startedAt = new Date('2019-12-31T23:30:00-05:00');
    expect(render('{date} {hour}', { startedAt })).toBe('2020-01-01 04');
  });

  test('can stand more than once', () => {
    expect(render('{part}/{part}', {}, '', 12)).toBe('00012/00012');
  });

  test.each<[Format['kind'], Compression, string]>([
    ['csv', 'none', 'csv'],
    ['csv', 'gzip', 'csv.gz'],
    ['csv', 'zstd', 'csv.zst'],
    ['jsonl', 'none', 'jsonl'],
    ['jsonl', 'gzip', 'jsonl.gz'],
    ['jsonl', 'zstd', 'jsonl.zst'],
    ['parquet', 'none', 'parquet'],
    ['parquet', 'zstd', 'parquet'],
  ])('{ext} of %s with %s is %s', (kind, compression, ext) => {
    const format: Format = kind === 'csv' ? csv : { kind };
    expect(extensionOf(format, compression)).toBe(ext);
    expect(render('{ext}', { format, compression })).toBe(ext);
  });
});

test('part numbers sort as texts up to 99999, and go on after that', () => {
  expect(render('{part}', {}, '', 99_999)).toBe('99999');
  expect(render('{part}', {}, '', 100_000)).toBe('100000');
});

test('the default template is unique for each run and names many objects', () => {
  expect(templateProblem(DEFAULT_KEY_TEMPLATE)).toBeUndefined();
  expect(isUniquePerRun(DEFAULT_KEY_TEMPLATE)).toBe(true);
  expect(namesManyObjects(DEFAULT_KEY_TEMPLATE)).toBe(true);
  expect(isUniquePerRun('order_extract.csv')).toBe(false);
  expect(namesManyObjects('order_extract.csv')).toBe(false);
});

test('the prefix comes first, and only where there is one', () => {
  expect(render('a.csv', {}, 'in/here')).toBe('in/here/a.csv');
  expect(render('a.csv', {}, '')).toBe('a.csv');
});

describe('odd names of tables', () => {
  test.each([
    ['a/b', 'a_b'],
    ['a\\b', 'a_b'],
    ['..', '_'],
    ['.', '_'],
    ['...', '...'],
    ['../../etc', '.._.._etc'],
    ['tab\there', 'tab_here'],
    ['line\nbreak\r', 'line_break_'],
    ['del\u007f', 'del_'],
    ['Bestellungen für Öl', 'Bestellungen für Öl'],
    ['受注', '受注'],
    ['🛒', '🛒'],
    ['a.b', 'a.b'],
    ['"quoted"', '"quoted"'],
    ["O'Brien", "O'Brien"],
    ['50%', '50%'],
    ['$&', '$&'],
    ['$1', '$1'],
  ])('%j becomes the segment %j', (table, segment) => {
    expect(render('{table}/x', { table })).toBe(`${segment}/x`);
  });

  test('a name that looks like a field is not filled in a second time', () => {
    expect(render('{table}/{run_id}', { table: '{run_id}' })).toBe('{run_id}/20200601T230559Z-4f3a9c21');
  });

  test('schema and database are made safe as well', () => {
    expect(render('{database}/{schema}', { database: 'a/b', schema: '..' })).toBe('a_b/_');
  });
});

describe('a template is refused, with words that follow the name of the field', () => {
  test.each([
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['x'.repeat(901), 'must be at most 900 characters'],
    ['{tabel}', 'has an unknown field {tabel}: use database, schema, table'],
    ['{}', 'has an unknown field {}'],
    ['{TABLE}', 'has an unknown field {TABLE}'],
    ['{ table }', 'has an unknown field { table }'],
    ['{toString}', 'has an unknown field {toString}'],
    ['{constructor}', 'has an unknown field {constructor}'],
    ['{__proto__}', 'has an unknown field {__proto__}'],
    ['{table', 'has a brace without its partner'],
    ['table}', 'has a brace without its partner'],
    ['{{table}}', 'has a brace without its partner'],
    ['/x', 'must not begin with a slash'],
    ['x/', 'must not end with a slash'],
    ['a/../b', 'must not contain . or ..'],
    ['./b', 'must not contain . or ..'],
    ['a/..', 'must not contain . or ..'],
    ['_sluice/x', 'must not begin with _sluice/'],
    ['a\nb', 'must not contain control characters'],
    ['a\u0000b', 'must not contain control characters'],
    ['a\u007fb', 'must not contain control characters'],
  ])('%.20j %s', (template, words) => {
    const result = keyTemplateSchema.safeParse(template);
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.message).toContain(words);
  });
});

describe('the limit of 1,024 bytes', () => {
  test('counts bytes of UTF-8 and not characters', () => {
    const table = '受'.repeat(300);
    expect(render('{table}', { table })).toBe(table);
    expect(() => render('{table}', { table }, 'p'.repeat(200))).toThrow(RangeError);
  });

  test.each(['a', 'é', '受', '🛒'])('is met to the byte with %s', (character) => {
    const bytes = Buffer.byteLength(character);
    const table = character.repeat(Math.floor(1024 / bytes));
    const rest = 'x'.repeat(1024 - Buffer.byteLength(table));
    expect(Buffer.byteLength(render('{table}', { table: table + rest }))).toBe(1024);
    expect(() => render('{table}', { table: `${table}${rest}x` })).toThrow(
      'the key would be longer than 1024 bytes',
    );
  });

  test('counts the prefix in', () => {
    expect(() => render('{table}', { table: 'x'.repeat(1000) }, 'p'.repeat(24))).toThrow(RangeError);
    expect(render('{table}', { table: 'x'.repeat(1000) }, 'p'.repeat(23))).toHaveLength(1024);
  });
});
