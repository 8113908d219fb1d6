import { expect, test } from 'vitest';
import { typeName } from '../../electron/engine/capture/type-name.ts';

test.each<[id: number, modifier: number, name: string]>([
  [23, -1, 'integer'],
  [1007, -1, 'integer[]'],
  [25, -1, 'text'],
  [18, -1, '"char"'],
  [1042, 14, 'character(10)'],
  [1043, -1, 'character varying'],
  [1043, 24, 'character varying(20)'],
  [1015, 24, 'character varying(20)[]'],
  [1560, 3, 'bit(3)'],
  [1562, 9, 'bit varying(9)'],
  [1700, -1, 'numeric'],
  [1700, ((8 << 16) | 2) + 4, 'numeric(8,2)'],
  // A scale below zero has eleven bits.
  [1700, ((5 << 16) | (-3 & 0x7ff)) + 4, 'numeric(5,-3)'],
  [1083, 3, 'time(3) without time zone'],
  [1184, 0, 'timestamp(0) with time zone'],
  [1115, 6, 'timestamp(6) without time zone[]'],
  [1186, -1, 'interval'],
  [1186, (0x7fff << 16) | 3, 'interval(3)'],
  [1186, ((1 << 2) << 16) | 0xffff, 'interval year'],
  [1186, (((1 << 2) | (1 << 1)) << 16) | 0xffff, 'interval year to month'],
  [1186, (((1 << 3) | (1 << 10) | (1 << 11) | (1 << 12)) << 16) | 2, 'interval day to second(2)'],
  // One that a newer server has, which nothing is known of.
  [9_999, -1, 'type 9999'],
])('the built-in type %i with the modifier %i is %s', (id, modifier, name) => {
  expect(typeName(id, modifier, undefined)).toBe(name);
});

test.each<[schema: string, type: string, modifier: number, name: string]>([
  ['public', 'mood', -1, 'public.mood'],
  ['public', '_mood', -1, 'public.mood[]'],
  ['Sales', 'Order "Mood"', -1, '"Sales"."Order ""Mood"""'],
  // Modifiers that only the extension can read are left out.
  ['public', 'geometry', 1234, 'public.geometry'],
  ['public', '_', -1, 'public._'],
  // An empty schema is that of the built-in types, under whatever id the server has them.
  ['', 'varchar', 24, 'character varying(20)'],
  ['', '_numeric', ((8 << 16) | 2) + 4, 'numeric(8,2)[]'],
  ['', 'pg_mcv_list', -1, 'pg_mcv_list'],
])('the type %s.%s with the modifier %i is %s', (schema, type, modifier, name) => {
  expect(typeName(100_000, modifier, { schema, name: type })).toBe(name);
});
