import { describe, expect, test } from 'vitest';
import { assertWhole, KEEPALIVE, XLOG_DATA } from '../../electron/engine/postgres/replication-tap.ts';

describe('E7: a message of a replication stream that is cut is no position', () => {
  test.each([
    ['a keepalive', KEEPALIVE, 23],
    ['WAL', XLOG_DATA, 30],
  ])('%s is whole from its last byte on', (_, kind, size) => {
    expect(() => assertWhole(kind, size)).not.toThrow();
    for (let cut = 5; cut < size; cut++)
      expect(() => assertWhole(kind, cut)).toThrow(expect.objectContaining({ code: 'SOURCE_PROTOCOL' }));
  });

  test('a kind that a later protocol adds is let pass', () => {
    expect(() => assertWhole('x'.charCodeAt(0), 6)).not.toThrow();
  });
});
