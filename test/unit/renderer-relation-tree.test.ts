import { describe, expect, it } from 'vitest';
import type { Relation } from '../../electron/contract/relation.ts';
import { lineKey, treeLines, type TreeLine } from '../../renderer/features/browse/relation-tree.ts';
import { formatRoute, parseRoute, type Route } from '../../renderer/state/route.ts';

const relation = (schema: string, name: string, partitionOf: string | null = null): Relation => ({
  schema,
  name,
  kind: 'table',
  estimatedRows: null,
  bytes: null,
  readable: true,
  partitionOf,
  comment: null,
});

const relations = [
  relation('sales', 'orders_2', 'public.orders'),
  relation('public', 'orders'),
  relation('public', 'orders_10', 'public.orders'),
  relation('public', 'orders_9', 'public.orders'),
  relation('public', 'orders_9_a', 'public.orders_9'),
  relation('public', 'Customers'),
  relation('sales', 'targets'),
];

const shown = (lines: readonly TreeLine[]) =>
  lines.map((line) =>
    line.kind === 'schema' ? line.schema : `${'  '.repeat(line.depth + 1)}${line.relation.name}`,
  );
const list = (filter = '', ...toggled: string[]) =>
  shown(treeLines(relations, { filter, toggled: new Set(toggled) }));

describe('the list of relations', () => {
  it('groups by schema, and folds partitions under their parent', () => {
    expect(list()).toEqual(['public', '  Customers', '  orders', 'sales', '  targets']);
  });

  it('unfolds partitions, also those of another schema, in the order of their numbers', () => {
    const orders = lineKey({
      kind: 'relation',
      relation: relation('public', 'orders'),
      depth: 0,
      partitions: 4,
      open: false,
    });
    expect(list('', orders)).toEqual([
      'public',
      '  Customers',
      '  orders',
      '    orders_9',
      '    orders_10',
      '    orders_2',
      'sales',
      '  targets',
    ]);
  });

  it('closes a schema', () => {
    expect(list('', 'schema public')).toEqual(['public', 'sales', '  targets']);
  });

  it('shows what the filter finds with its parents, whatever is closed', () => {
    expect(list('9_A', 'schema public')).toEqual(['public', '  orders', '    orders_9', '      orders_9_a']);
    expect(list('sales.t')).toEqual(['sales', '  targets']);
    expect(list('nothing')).toEqual([]);
  });

  it('shows a partition whose parent the user may not see', () => {
    const lines = treeLines([relation('public', 'p1', 'hidden.parent')], { filter: '', toggled: new Set() });
    expect(shown(lines)).toEqual(['public', '  p1']);
  });

  it('takes ten thousand relations in its stride', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => relation(`s${index % 50}`, `t${index}`));
    // Of this thread alone: beside other load the clock says nothing of it.
    const before = process.threadCpuUsage();
    expect(treeLines(many, { filter: 't99', toggled: new Set() }).length).toBeGreaterThan(100);
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(500);
  });
});

describe('the address of a screen', () => {
  it.each<Route>([
    { screen: 'home' },
    { screen: 'runs' },
    { screen: 'run', runId: '20261122T093000Z-4f3a9c21' },
    { screen: 'browse', connectionId: 'c1', relation: undefined },
    { screen: 'browse', connectionId: 'c1', relation: { schema: 'we/ird', name: 'na me#%?' } },
  ])('%o goes there and back', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each(['', '#', '#/nonsense', '#/connections', '#/connections/%E0%A4%A'])(
    '%s is the first screen',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ screen: 'home' });
    },
  );
});
