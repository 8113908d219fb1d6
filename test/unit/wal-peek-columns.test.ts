/** What a peek makes of the messages of both plugins: above all of what they do not say. */
import { describe, expect, it } from 'vitest';
import type { PeekColumn } from '../../electron/contract/peek.ts';
import { updatedColumn } from '../../electron/engine/wal/peek-columns.ts';
import { matchesFilter } from '../../electron/engine/wal/peek-filter.ts';
import { PgoutputChanges, shownValue } from '../../electron/engine/wal/pgoutput-changes.ts';
import { TextChanges } from '../../electron/engine/wal/text-changes.ts';
import { TransactionBook } from '../../electron/engine/wal/transaction-book.ts';
import { CORPUS } from '../harness/pgoutput-writer.ts';

const column = { name: 'c', type: 'text' };
const UNCHANGED = { absent: 'unchanged' } as const;
const NOT_CARRIED = { absent: 'notCarried' } as const;

describe('an updated column', () => {
  it.each<[string, Parameters<typeof updatedColumn>, Partial<PeekColumn>]>([
    [
      'the key is the same where no old key was sent',
      [{ ...column, key: true, before: undefined, after: '1' }, true],
      { before: '1', after: '1', changed: 'no' },
    ],
    [
      'any other old value is unknown then, and not NULL',
      [{ ...column, key: false, before: undefined, after: '1' }, true],
      { before: NOT_CARRIED, changed: 'unknown' },
    ],
    [
      'unchanged TOAST is unchanged, and not filled in from elsewhere',
      [{ ...column, key: false, before: undefined, after: UNCHANGED }, true],
      { before: NOT_CARRIED, after: UNCHANGED, changed: 'no' },
    ],
    [
      'a key that is TOAST is not said to have been the mark',
      [{ ...column, key: true, before: undefined, after: UNCHANGED }, true],
      { before: NOT_CARRIED, changed: 'no' },
    ],
    [
      'NULL is a value',
      [{ ...column, key: false, before: null, after: '' }, false],
      { before: null, after: '', changed: 'yes' },
    ],
    ['NULL stays NULL', [{ ...column, key: false, before: null, after: null }, false], { changed: 'no' }],
  ])('%s', (_, given, expected) => {
    expect(updatedColumn(...given)).toMatchObject(expected);
  });
});

describe('pgoutput', () => {
  const changes = () => {
    const decoder = new PgoutputChanges(100);
    decoder.decode(CORPUS['relation'] as Buffer, 1n);
    return decoder;
  };

  it('nulls of an old key are no values', () => {
    const [event] = changes().decode(CORPUS['deleteKey'] as Buffer, 5n);
    expect(event).toMatchObject({
      kind: 'change',
      change: { operation: 'delete', columns: [{ before: '7' }, { before: NOT_CARRIED }] },
    });
  });

  it('a change of a relation that was never named is malformed', () => {
    expect(() => new PgoutputChanges(100).decode(CORPUS['insert'] as Buffer, 1n)).toThrow(
      expect.objectContaining({ code: 'SLOT_MESSAGE_INVALID' }),
    );
  });

  it('a message that is not transactional is in no transaction', () => {
    const decoder = changes();
    decoder.decode(CORPUS['begin'] as Buffer, 1n);
    expect(decoder.decode(CORPUS['message'] as Buffer, 1n)[0]).toMatchObject({
      change: { xid: 4_294_967_280 },
    });
    const loose = Buffer.from(CORPUS['message'] as Buffer);
    loose[1] = 0;
    expect(decoder.decode(loose, 1n)[0]).toMatchObject({ change: { xid: 0, text: 'audit' } });
  });
});

describe('values and lines of any size', () => {
  it('a long value is cut before it is a text', () => {
    expect(shownValue(Buffer.alloc(50_000_000, 'x'), 5, false)).toEqual({ cut: 'xxxxx', bytes: 50_000_000 });
    expect(shownValue(Buffer.from('ключ'), 4, false)).toBe('ключ');
    expect(shownValue(Buffer.of(0, 255), 10, true)).toBe('\\x00ff');
  });

  it('a line of test_decoding longer than a text may be is shown from its beginning', () => {
    const line = Buffer.concat([Buffer.from(`table a.b: INSERT: t[text]:'`), Buffer.alloc(600_000_000, 'x')]);
    const [event] = new TextChanges(30).decode(line, 1n);
    expect(event).toMatchObject({ kind: 'change', change: { operation: 'message', bytes: line.length } });
    if (event?.kind === 'change') expect(event.change.text?.length).toBeLessThan(40);
  });
});

describe('the filter', () => {
  const change = {
    xid: 1,
    lsn: '0/1',
    operation: 'insert',
    relation: { schema: 'public', name: 'Orders' },
    identity: 'default',
    columns: [
      { ...column, key: true, after: '42', changed: 'yes' },
      { ...column, key: false, after: '7', changed: 'yes' },
    ],
    text: null,
    bytes: 1,
  } as const;
  it.each([
    [undefined, true],
    [{ table: 'Orders' }, true],
    [{ table: 'public.Orders' }, true],
    [{ table: 'orders' }, false],
    [{ operations: ['delete' as const] }, false],
    [{ key: '4' }, true],
    [{ key: '7' }, false],
  ])('%j is %s', (filter, expected) => {
    expect(matchesFilter({ ...change, columns: [...change.columns] }, filter)).toBe(expected);
  });
});

describe('the book of transactions', () => {
  it('forgets those without changes, and tells the others once more at their end', () => {
    const book = new TransactionBook();
    for (const xid of [1, 2]) book.begin({ kind: 'begin', xid, commitLsn: 16n, commitTime: null });
    book.count(2, 10);
    expect(book.take().map(({ xid, state }) => [xid, state])).toEqual([[2, 'open']]);
    for (const xid of [1, 2]) {
      book.end({ kind: 'end', xid, state: 'committed', commitLsn: null, commitTime: 'now' });
    }
    expect(book.take()).toEqual([
      {
        xid: 2,
        state: 'committed',
        commitLsn: '0/10',
        commitTime: 'now',
        origin: null,
        changes: 1,
        bytes: 10,
      },
    ]);
    expect(book.take()).toEqual([]);
  });
});
