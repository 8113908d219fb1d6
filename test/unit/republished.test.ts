import { expect, test } from 'vitest';
import { republished } from '../../electron/engine/capture/table-states.ts';

const as = (name: string, identity: string) => ({ table: { schema: 'public', name }, identity });

test.each<[string, ReturnType<typeof as>[], string[]]>([
  ['as they were', [as('orders', 'a'), as('people', 'b')], []],
  ['otherwise', [as('orders', 'x'), as('people', 'b')], ['orders']],
  ['no more', [as('people', 'b')], []],
  ['for the first time', [as('orders', 'a'), as('people', 'b'), as('goods', 'c')], []],
])('tables that are published %s', (_, now, changed) => {
  expect(republished([as('orders', 'a'), as('people', 'b')], now).map(({ name }) => name)).toEqual(changed);
});

test('nothing is known of a capture that was made before this was noted', () => {
  expect(republished([], [as('orders', 'a')])).toEqual([]);
});
