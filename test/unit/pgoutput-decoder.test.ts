/** Every message of pgoutput, field by field, and every way in which one can be malformed. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { PgoutputDecoder } from '../../electron/engine/decode/pgoutput/decoder.ts';
import { formatTimestamp } from '../../electron/engine/decode/pgoutput/timestamp.ts';
import type { Tuple } from '../../electron/engine/decode/pgoutput/tuple.ts';
import { CORPUS, ORDER, ORDERS, PgoutputWriter } from '../harness/pgoutput-writer.ts';

const decode = (bytes: Buffer) => new PgoutputDecoder().decode(bytes);
/** What a tuple says of each of its fields. */
const fields = (tuple: Tuple | undefined) =>
  tuple === undefined
    ? undefined
    : Array.from({ length: tuple.length }, (_, field) =>
        tuple.kind(field) === 'text' ? tuple.text(field) : tuple.kind(field),
      );
const plain = (name: string) => {
  const message: Record<string, unknown> = { ...decode(CORPUS[name] as Buffer) };
  for (const side of ['before', 'after']) {
    if (side in message) message[side] = fields(message[side] as Tuple | undefined);
  }
  return message;
};
const prepared = { lsn: 1n, endLsn: 2n, time: 3n, xid: 801, gid: 'gid' };

describe('messages outside of a stream block', () => {
  it.each<[string, Record<string, unknown>]>([
    ['begin', { kind: 'begin', commitLsn: 0x16_b374_d848n, time: 5n, xid: 4_294_967_280 }],
    ['commit', { kind: 'commit', lsn: 1n, endLsn: 2n, time: 3n }],
    ['origin', { kind: 'origin', lsn: 9n, name: 'node_a' }],
    [
      'relation',
      {
        kind: 'relation',
        xid: undefined,
        id: 16_385,
        schema: 'public',
        name: 'Orders',
        identity: 'default',
        columns: [
          { key: true, name: 'id', typeId: 23, typeModifier: -1 },
          { key: false, name: 'status', typeId: 25, typeModifier: -1 },
        ],
      },
    ],
    ['type', { kind: 'type', xid: undefined, id: 99_999, schema: 'public', name: 'mood' }],
    ['insert', { kind: 'insert', xid: undefined, relationId: 16_385, after: ['7', 'paid'] }],
    [
      'update',
      {
        kind: 'update',
        xid: undefined,
        relationId: 16_385,
        old: 'none',
        before: undefined,
        after: ['7', 'paid'],
      },
    ],
    ['updateKey', expect.objectContaining({ old: 'key', before: ['6', 'null'], after: ['7', 'paid'] })],
    [
      'updateFull',
      expect.objectContaining({ old: 'full', before: ['7', 'paid'], after: ['7', 'unchanged'] }),
    ],
    ['deleteKey', expect.objectContaining({ kind: 'delete', old: 'key', before: ['7', 'null'] })],
    ['deleteFull', expect.objectContaining({ kind: 'delete', old: 'full', before: ['7', 'paid'] })],
    [
      'truncate',
      {
        kind: 'truncate',
        xid: undefined,
        relationIds: [16_385, 4_294_967_295],
        cascade: true,
        restartIdentity: true,
      },
    ],
    [
      'message',
      expect.objectContaining({
        kind: 'message',
        transactional: true,
        lsn: 77n,
        prefix: 'audit',
        content: Buffer.from('abc'),
      }),
    ],
    ['binary', expect.objectContaining({ after: ['binary', 'null'] })],
    ['beginPrepare', { kind: 'beginPrepare', ...prepared }],
    ['prepare', { kind: 'prepare', ...prepared }],
    ['commitPrepared', { kind: 'commitPrepared', ...prepared }],
    ['streamPrepare', { kind: 'streamPrepare', ...prepared }],
    [
      'rollbackPrepared',
      {
        kind: 'rollbackPrepared',
        prepareEndLsn: 1n,
        rollbackEndLsn: 2n,
        prepareTime: 3n,
        rollbackTime: 4n,
        xid: 801,
        gid: 'gid',
      },
    ],
    ['streamStart', { kind: 'streamStart', xid: 801, first: true }],
    ['streamCommit', { kind: 'streamCommit', xid: 801, lsn: 1n, endLsn: 2n, time: 3n }],
    ['streamAbort', { kind: 'streamAbort', xid: 801, subXid: 802, lsn: undefined, time: undefined }],
    ['streamAbortParallel', { kind: 'streamAbort', xid: 801, subXid: 802, lsn: 5n, time: 6n }],
  ])('%s', (name, expected) => {
    expect(plain(name)).toEqual(expected);
  });

  it('gives the bytes of a value without copying them', () => {
    const message = decode(CORPUS['insert'] as Buffer);
    if (message.kind !== 'insert') throw new Error('no insert');
    expect(message.after.bytes(1).toString()).toBe('paid');
    expect(message.after.bytes(1).buffer).toBe((CORPUS['insert'] as Buffer).buffer);
    expect([message.after.text(0), message.after.length]).toEqual(['7', 2]);
  });
});

describe('inside of a stream block', () => {
  it('changes carry the transaction they belong to', () => {
    const decoder = new PgoutputDecoder();
    decoder.decode(CORPUS['streamStart'] as Buffer);
    const insert = PgoutputWriter.message('I').int32(802).int32(16_385).int8(0x4e).tuple(ORDER).bytes();
    expect(decoder.decode(insert)).toMatchObject({ kind: 'insert', xid: 802, relationId: 16_385 });
    const relation = PgoutputWriter.message('R').int32(802).raw(ORDERS.subarray(1)).bytes();
    expect(decoder.decode(relation)).toMatchObject({ kind: 'relation', xid: 802, name: 'Orders' });
    decoder.decode(CORPUS['streamStop'] as Buffer);
    expect(decoder.decode(CORPUS['insert'] as Buffer)).toMatchObject({ kind: 'insert', xid: undefined });
  });

  it.each(['begin', 'commit', 'streamStart', 'streamCommit', 'streamAbort', 'beginPrepare'])(
    '%s cannot come',
    (name) => {
      const decoder = new PgoutputDecoder();
      decoder.decode(CORPUS['streamStart'] as Buffer);
      expect(() => decoder.decode(CORPUS[name] as Buffer)).toThrow(AppError);
    },
  );
});

describe('what is malformed', () => {
  const m = (kind: string) => PgoutputWriter.message(kind);
  it.each<[string, Buffer]>([
    ['nothing at all', Buffer.alloc(0)],
    ['an unknown kind', Buffer.from('Z')],
    ['a stop without a start', CORPUS['streamStop'] as Buffer],
    ['something behind the message', Buffer.concat([CORPUS['commit'] as Buffer, Buffer.of(0)])],
    ['a name without its end', m('O').int64(1n).raw(Buffer.from('abc')).bytes()],
    ['more columns than bytes', m('I').int32(1).int8(0x4e).int16(30_000).bytes()],
    ['a negative number of columns', m('I').int32(1).int8(0x4e).int16(-1).bytes()],
    ['a value longer than the message', m('I').int32(1).int8(0x4e).int16(1).int8(0x74).int32(99).bytes()],
    ['a value of negative length', m('I').int32(1).int8(0x4e).int16(1).int8(0x74).int32(-1).bytes()],
    ['a value of an unknown kind', m('I').int32(1).int8(0x4e).int16(1).int8(0x7a).bytes()],
    ['an insert without a new row', m('I').int32(1).int8(0x4b).tuple(ORDER).bytes()],
    ['an update with a key alone', m('U').int32(1).int8(0x4b).tuple(ORDER).bytes()],
    ['a delete of a new row', m('D').int32(1).int8(0x4e).tuple(ORDER).bytes()],
    ['an unknown replica identity', m('R').int32(1).text('').text('a').int8(0x78).int16(0).bytes()],
    ['a truncate of a thousand million tables', m('T').int32(1_000_000_000).int8(0).bytes()],
    ['a message of negative length', m('M').int8(0).int64(1n).text('p').int32(-5).bytes()],
  ])('%s gives one error, with a code and no bytes', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: 'SLOT_MESSAGE_INVALID' }));
  });
});

describe('times', () => {
  it.each<[bigint, string]>([
    [0n, '2000-01-01T00:00:00.000000Z'],
    [848_577_600_123_456n, '2026-11-21T12:00:00.123456Z'],
    [-1n, '1999-12-31T23:59:59.999999Z'],
    [-946_684_800_000_001n, '1969-12-31T23:59:59.999999Z'],
  ])('%s is %s', (time, text) => {
    expect(formatTimestamp(time)).toBe(text);
  });
});
