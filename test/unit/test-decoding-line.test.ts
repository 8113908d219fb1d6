/** Lines of test_decoding, as a server has written them. */
import { describe, expect, it } from 'vitest';
import { parseTestDecoding } from '../../electron/engine/decode/test-decoding/parse-line.ts';

const column = (name: string, type: string, value: unknown) => ({ name, type, value });

describe('test_decoding', () => {
  it.each<[string, unknown]>([
    ['BEGIN 739', { kind: 'begin', xid: 739 }],
    ['COMMIT 739', { kind: 'commit', xid: 739, time: undefined }],
    [
      'COMMIT 739 (at 2026-11-22 13:00:00.123456+00)',
      { kind: 'commit', xid: 739, time: '2026-11-22 13:00:00.123456+00' },
    ],
    [
      `table public."Orders": INSERT: id[integer]:1 status[text]:'it''s' note[text]:null`,
      {
        kind: 'change',
        operation: 'insert',
        schema: 'public',
        name: 'Orders',
        before: undefined,
        after: [column('id', 'integer', '1'), column('status', 'text', "it's"), column('note', 'text', null)],
      },
    ],
    [
      `table a.b: UPDATE: old-key: id[integer]:1 new-tuple: id[integer]:2 big[text]:unchanged-toast-datum`,
      {
        kind: 'change',
        operation: 'update',
        schema: 'a',
        name: 'b',
        before: [column('id', 'integer', '1')],
        after: [column('id', 'integer', '2'), column('big', 'text', { absent: 'unchanged' })],
      },
    ],
    [
      `table a.b: DELETE: x[numeric(10,2)]:-1.50 y[text[]]:'{a," b]:"}' z[timestamp without time zone]:'2026-01-01 00:00:00' f[bit(3)]:B'101'`,
      {
        kind: 'change',
        operation: 'delete',
        schema: 'a',
        name: 'b',
        before: [
          column('x', 'numeric(10,2)', '-1.50'),
          column('y', 'text[]', '{a," b]:"}'),
          column('z', 'timestamp without time zone', '2026-01-01 00:00:00'),
          column('f', 'bit(3)', '101'),
        ],
        after: undefined,
      },
    ],
    [
      'table a.b: DELETE: (no-tuple-data)',
      { kind: 'change', operation: 'delete', schema: 'a', name: 'b', before: undefined, after: undefined },
    ],
    [
      'table a.b, "C d"."e.f": TRUNCATE: restart_seqs cascade',
      {
        kind: 'truncate',
        relations: [
          { schema: 'a', name: 'b' },
          { schema: 'C d', name: 'e.f' },
        ],
      },
    ],
    [
      `table a.b: INSERT: "odd ""name"[public."my]: type"]:'v'`,
      expect.objectContaining({ after: [column('odd "name', 'public."my]: type"', 'v')] }),
    ],
    [
      'message: transactional: 0 prefix: sluice, sz: 9 content:heartbeat',
      { kind: 'other', text: 'message: transactional: 0 prefix: sluice, sz: 9 content:heartbeat' },
    ],
    ['table nonsense', { kind: 'other', text: 'table nonsense' }],
  ])('%s', (line, expected) => {
    expect(parseTestDecoding(line)).toEqual(expected);
  });
});
