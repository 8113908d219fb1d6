import { expect, test } from 'vitest';
import type { PublishedTable } from '../../electron/engine/capture/capture-source.ts';
import { silentChanges } from '../../electron/engine/capture/silent-changes.ts';

type Stored = NonNullable<PublishedTable['stored']>;

const PLAIN: Stored = { leaves: null, file: '500', key: 'd 1', columns: ['1.aaaa.700', '2.bbbb.700'] };
const PARTED: Stored = {
  leaves: ['11.701.501', '12.701.502'],
  file: null,
  key: 'd 1',
  columns: ['1.aaaa.700'],
};

const as = (stored: Stored | undefined, rest: Partial<PublishedTable> = {}): PublishedTable => ({
  table: { schema: 'public', name: 'orders' },
  identity: 'a',
  stored,
  leafNames: { 11: 'public.a', 12: 'public.b', 13: 'public.c' },
  emptyLeaves: [],
  children: [],
  harmed: [],
  ...rest,
});

test.each<[string, PublishedTable, PublishedTable, RegExp | undefined]>([
  ['nothing', as(PLAIN), as(PLAIN), undefined],
  ['another publication of it', as(PLAIN), as(PLAIN, { identity: 'b' }), /not published as it was/],
  ['what an earlier program has not noted', as(undefined), as(PLAIN), undefined],
  ['TRUNCATE, or VACUUM FULL', as(PLAIN), as({ ...PLAIN, file: '501' }), undefined],
  [
    'ALTER TYPE … USING',
    as(PLAIN),
    as({ ...PLAIN, file: '501', columns: ['1.aaaa.700', '2.bbbb.705'] }),
    /rewritten by ALTER TABLE/,
  ],
  ['C4: REPLICA IDENTITY FULL', as(PLAIN), as({ ...PLAIN, key: 'f' }), /another key or replica identity/],
  ['SET STATISTICS', as(PLAIN), as({ ...PLAIN, columns: ['1.aaaa.700', '2.bbbb.705'] }), undefined],
  [
    'RENAME COLUMN',
    as(PLAIN),
    as({ ...PLAIN, columns: ['1.aaaa.700', '2.cccc.705'] }),
    /another name or type/,
  ],
  ['DROP COLUMN', as(PLAIN), as({ ...PLAIN, columns: ['1.aaaa.700'] }), undefined],
  ['ADD COLUMN', as(PLAIN), as({ ...PLAIN, columns: [...PLAIN.columns, '3.dddd.705'] }), undefined],
  [
    'ADD COLUMN … DEFAULT 1',
    as(PLAIN),
    as({ ...PLAIN, columns: [...PLAIN.columns, '3.dddd.705+'] }),
    /rows from before have a value/,
  ],
  [
    'ADD COLUMN … DEFAULT random()',
    as(PLAIN),
    as({ ...PLAIN, file: '501', columns: [...PLAIN.columns, '3.dddd.705'] }),
    /rows from before have a value/,
  ],
  [
    'ATTACH PARTITION',
    as(PARTED),
    as({ ...PARTED, leaves: [...PARTED.leaves!, '13.709.503'] }),
    /has got public.c with rows/,
  ],
  [
    'CREATE TABLE … PARTITION OF',
    as(PARTED),
    as({ ...PARTED, leaves: [...PARTED.leaves!, '13.709.503'] }, { emptyLeaves: ['13'] }),
    undefined,
  ],
  ['DROP of a partition', as(PARTED), as({ ...PARTED, leaves: ['11.701.501'] }), /has lost a partition/],
  [
    'TRUNCATE of a leaf',
    as(PARTED),
    as({ ...PARTED, leaves: ['11.701.501', '12.701.599'] }),
    /has other rows in public.b/,
  ],
  [
    'DETACH and ATTACH between two looks',
    as(PARTED),
    as({ ...PARTED, leaves: ['11.701.501', '12.730.502'] }),
    /has other rows in public.b/,
  ],
])('C1: %s', (_, before, now, why) => {
  const found = silentChanges([before], [now], []).map((each) => each.why);
  expect(found).toEqual(why === undefined ? [] : [expect.stringMatching(why)]);
});

test('tables that were not published before are no news', () => {
  expect(silentChanges([], [as(PLAIN)], [])).toEqual([]);
});

test('C1: a partition that came and went between two looks is known by the rows that it had', () => {
  const now = as(PARTED);
  const leaf = (oid: string, root = now.table) => ({ oid, name: { schema: 'public', name: 'gone' }, root });
  expect(silentChanges([now], [now], [leaf('99')]).map((each) => each.why)).toEqual([
    'had rows in public.gone, which is not a partition of it any more',
  ]);
  expect(silentChanges([now], [now], [leaf('11')])).toEqual([]);
  expect(silentChanges([now], [now], [leaf('99', { schema: 'public', name: 'another' })])).toEqual([]);
});
