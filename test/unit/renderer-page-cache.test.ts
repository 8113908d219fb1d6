import { describe, expect, it } from 'vitest';
import { PageCache } from '../../renderer/features/browse/page-cache.ts';

const page = (name: string, rows = 10) => Array.from({ length: rows }, (_, index) => [`${name}${index}`]);

describe('page cache', () => {
  it('finds rows by their index', () => {
    const cache = new PageCache({ pageSize: 10, maxPages: 3, maxCharacters: 1_000 });
    cache.put(2, page('c'));
    expect(cache.row(23)).toEqual(['c3']);
    expect(cache.row(19)).toBeUndefined();
    expect(cache.pageOf(29)).toBe(2);
  });

  it('has no row beyond the end of a short page', () => {
    const cache = new PageCache({ pageSize: 10, maxPages: 3, maxCharacters: 1_000 });
    cache.put(0, page('a', 4));
    expect(cache.row(3)).toEqual(['a3']);
    expect(cache.row(4)).toBeUndefined();
  });

  it('drops the page that was used longest ago', () => {
    const cache = new PageCache({ pageSize: 10, maxPages: 2, maxCharacters: 1_000 });
    cache.put(0, page('a'));
    cache.put(1, page('b'));
    cache.touch(0);
    cache.put(2, page('c'));
    expect([0, 1, 2].map((each) => cache.has(each))).toEqual([true, false, true]);
  });

  it('is bounded in characters too, and keeps at least the newest page', () => {
    const cache = new PageCache({ pageSize: 1, maxPages: 100, maxCharacters: 100 });
    cache.put(0, [['x'.repeat(60), null]]);
    cache.put(1, [[{ cut: 'y'.repeat(60), length: 9_999 }]]);
    expect(cache.size).toBe(1);
    cache.put(2, [['z'.repeat(500)]]);
    expect(cache.has(2)).toBe(true);
    expect(cache.size).toBe(1);
  });

  it('counts a page that is put twice only once', () => {
    const cache = new PageCache({ pageSize: 1, maxPages: 100, maxCharacters: 100 });
    for (let times = 0; times < 5; times += 1) cache.put(0, [['x'.repeat(60)]]);
    cache.put(1, [['x'.repeat(30)]]);
    expect(cache.size).toBe(2);
  });
});
