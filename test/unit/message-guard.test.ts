/** What the guard before the driver lets through, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { MessageGuard } from '../../electron/engine/postgres/message-guard.ts';

function message(kind: string, body: string | readonly number[] = []): Buffer {
  const bytes = Buffer.from(body as string, 'latin1');
  const head = Buffer.alloc(5);
  head.write(kind, 'latin1');
  head.writeUInt32BE(4 + bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const OK = message('R', [0, 0, 0, 0]);
const READY = message('Z', 'I');
const DONE = message('C', 'SELECT 1\0');
const ONE_COLUMN = message('T', [0, 1, 0x61, 0, ...Array<number>(18).fill(0)]);
const ROW = message('D', [0, 1, 0, 0, 0, 1, 0x31]);

/** A guard after the greeting. */
function ready(): MessageGuard {
  const guard = new MessageGuard();
  guard.receive(Buffer.concat([OK, message('S', 'a\0b\0'), message('K', [0, 0, 0, 1, 0, 0, 0, 2]), READY]));
  return guard;
}

test('what a server says before it lets us in goes through: questions, errors, notices', () => {
  for (const bytes of [
    message('E', 'SFATAL\0C28P01\0\0'),
    message('N', 'Mhello\0\0'),
    message('R', [0, 0, 0, 3]),
  ])
    expect(new MessageGuard().receive(bytes)).toEqual(bytes);
});

test('a conversation goes through, in whatever pieces it comes', () => {
  const bytes = Buffer.concat([message('1'), message('2'), ONE_COLUMN, ROW, ROW, DONE, READY]);
  expect(ready().receive(bytes)).toEqual(bytes);
  for (const size of [1, 2, 3, 7]) {
    const guard = ready();
    const out: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      const whole = guard.receive(Buffer.from(bytes.subarray(at, at + size)));
      if (whole !== undefined) out.push(Buffer.from(whole));
    }
    expect(Buffer.concat(out)).toEqual(bytes);
  }
});

describe('is refused', () => {
  test.each([
    ['an unknown kind', message('?')],
    ['a length that is none', Buffer.from([0x43, 0, 0, 0, 3])],
    ['a length of two gigabytes', Buffer.from([0x43, 0x7f, 0xff, 0xff, 0xff])],
    ['a row that nobody has described', ROW],
    [
      'a row with more columns',
      Buffer.concat([ONE_COLUMN, message('D', [0, 2, 255, 255, 255, 255, 255, 255, 255, 255])]),
    ],
    [
      'a value behind the end of its row',
      Buffer.concat([ONE_COLUMN, message('D', [0, 1, 0, 0, 0, 9, 0x31])]),
    ],
    [
      'something behind the last value',
      Buffer.concat([ONE_COLUMN, message('D', [0, 1, 255, 255, 255, 255, 0])]),
    ],
    ['a text without its end', message('C', 'SELECT 1')],
    ['a second greeting', OK],
    ['ready, before a command has ended', READY],
    ['a state that is none', Buffer.concat([DONE, message('Z', 'X')])],
  ])('%s', (_name, bytes) => {
    expect(() => ready().receive(bytes)).toThrow('no message of Postgres');
  });

  test('what comes before the login and does not belong there', () => {
    expect(() => new MessageGuard().receive(READY)).toThrow('no message of Postgres');
  });

  test('a way to log in that nobody has, by its name', () => {
    expect(() => new MessageGuard().receive(message('R', [0, 0, 0, 7]))).toThrow('GSSAPI');
  });
});
