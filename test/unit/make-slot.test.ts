import { expect, test } from 'vitest';
import { changedTables } from '../../electron/engine/postgres/make-slot.ts';

const version = (oid: string, name: string, text: string) => ({ oid, name, version: text });

test.each<[string, Parameters<typeof changedTables>[1], string[]]>([
  ['nothing', [version('1', 'orders', 'a'), version('2', 'people', 'b')], []],
  ['altered', [version('1', 'orders', 'x'), version('2', 'people', 'b')], ['orders']],
  ['renamed', [version('1', 'goods', 'x'), version('2', 'people', 'b')], ['goods']],
  ['dropped', [version('2', 'people', 'b')], []],
  ['dropped and made anew', [version('3', 'orders', 'a'), version('2', 'people', 'b')], ['orders']],
])('tables that changed while a slot was made: %s', (_, after, changed) => {
  const before = [version('1', 'orders', 'a'), version('2', 'people', 'b')];
  expect(changedTables(before, after)).toEqual(changed);
});
