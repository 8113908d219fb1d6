import { expect, test } from 'vitest';
import { formatSchema, type CsvFormat } from '../../electron/contract/format.ts';
import { csvRoute } from '../../electron/engine/encode/csv-route.ts';

function routeOf(options: object, types: readonly string[]) {
  const format = formatSchema.parse({ kind: 'csv', ...options }) as CsvFormat;
  return csvRoute(
    format,
    types.map((type) => ({ name: type, type, baseType: type })),
  );
}

const ORDERS = ['int4', 'varchar', 'timestamp'];
const REWRITTEN = { tag: 'rewrite', mayBeEmpty: [false, true, false] };

test.each<[what: string, options: object, types: readonly string[], route: object]>([
  ['the defaults', {}, ORDERS, REWRITTEN],
  ['another delimiter', { delimiter: '|' }, ORDERS, REWRITTEN],
  ['a tab', { delimiter: '\t' }, ORDERS, REWRITTEN],
  ['another quote', { quote: "'", escape: '\\' }, ORDERS, REWRITTEN],
  ['a word for NULL', { nullToken: 'NULL' }, ORDERS, REWRITTEN],
  ['the token of text', { nullToken: '\\N' }, ORDERS, REWRITTEN],
  ['an encoding of one byte', { encoding: 'LATIN1' }, ORDERS, REWRITTEN],
  ['a type that nobody knows', {}, ['mood'], { tag: 'rewrite', mayBeEmpty: [true] }],
  ['numbers and times', {}, ['int8', 'numeric', 'timestamptz'], { tag: 'same' }],
  ['numbers, a token that is none', { nullToken: '\\N' }, ['int8'], { tag: 'same' }],
  [
    'numbers, a token that could be one',
    { nullToken: 'NaN' },
    ['float8'],
    { tag: 'rewrite', mayBeEmpty: [false] },
  ],
  ['numbers and a delimiter of theirs', { delimiter: '-' }, ['int8'], { tag: 'server' }],
  ['a delimiter that times have', { delimiter: ' ' }, ORDERS, { tag: 'server' }],
  ['a delimiter of words', { delimiter: 'N' }, ORDERS, { tag: 'server' }],
  ['a quote of words', { quote: 'e' }, ORDERS, { tag: 'server' }],
  ['a quote that text escapes with', { quote: '\\' }, ORDERS, { tag: 'server' }],
  ['a token that is a part of many values', { nullToken: '-' }, ORDERS, { tag: 'server' }],
  ['a token to be converted', { nullToken: 'ä', encoding: 'LATIN1' }, ORDERS, { tag: 'server' }],
  ['all columns quoted', { forceQuote: 'all' }, ORDERS, { tag: 'server' }],
  ['a column quoted', { forceQuote: ['varchar'] }, ORDERS, { tag: 'server' }],
  ['JSON', {}, ['int4', 'jsonb'], { tag: 'server' }],
  ['an array', {}, ['_text'], { tag: 'server' }],
  ['bytes', {}, ['bytea'], { tag: 'server' }],
  ['no columns', {}, [], { tag: 'server' }],
])('%s', (_, options, types, route) => {
  expect(routeOf(options, types)).toEqual(route);
});
