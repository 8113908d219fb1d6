import { expect, test } from 'vitest';
import { parquetColumn } from '../../electron/engine/encode/parquet/parquet-column.ts';

test.each([
  ['integer', { kind: 'int4', list: false, cast: null }],
  ['character varying(30)', { kind: 'text', list: false, cast: null }],
  ['timestamp(3) with time zone', { kind: 'timestamptz', list: false, cast: null }],
  ['time(0) without time zone[]', { kind: 'time', list: true, cast: null }],
  ['numeric(10,2)', { kind: 'decimal', list: false, cast: null, precision: 10, scale: 2 }],
  ['numeric(38,38)[]', { kind: 'decimal', list: true, cast: null, precision: 38, scale: 38 }],
  // Not a DECIMAL that every reader knows, or none at all.
  ['numeric', { kind: 'text', list: false, cast: 'text' }],
  ['numeric(39,0)', { kind: 'text', list: false, cast: 'text' }],
  ['numeric(5,-2)', { kind: 'text', list: false, cast: 'text' }],
  ['numeric(2,5)[]', { kind: 'text', list: true, cast: 'text[]' }],
  // A type of somebody's that is named like one of Postgres's.
  ['public.uuid', { kind: 'text', list: false, cast: 'text' }],
  ['"integer"', { kind: 'text', list: false, cast: 'text' }],
  ['"a(1)"', { kind: 'text', list: false, cast: 'text' }],
  ['"char"', { kind: 'text', list: false, cast: 'text' }],
  ['interval', { kind: 'text', list: false, cast: 'text' }],
  ['time with time zone', { kind: 'text', list: false, cast: 'text' }],
  ['mood[]', { kind: 'text', list: true, cast: 'text[]' }],
])('%s', (type, expected) => {
  expect(parquetColumn({ name: 'a', type, baseType: '' })).toMatchObject({ name: 'a', ...expected });
});
