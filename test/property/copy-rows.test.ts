import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OVERSHOOT, copyWholeRows } from '../../electron/engine/postgres/copy-rows.ts';

const DATA = 0x64;

function message(payload: Buffer, type = DATA): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, payload]);
}

/** What the loop has to do, written down in the slow and obvious way. */
function obvious(chunk: Buffer, from: number): { offsets: number[]; payloads: Buffer[] } {
  const offsets = [from];
  const payloads: Buffer[] = [];
  let at = from;
  while (at + 5 <= chunk.length && chunk[at] === DATA) {
    const end = at + 1 + chunk.readUInt32BE(at + 1);
    if (end > chunk.length) break;
    payloads.push(chunk.subarray(at + 5, end));
    offsets.push((at = end));
  }
  return { offsets, payloads };
}

const payload = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

describe('the loop over whole rows', () => {
  test('copies a prefix of the rows, byte for byte, and never writes outside of its target', () => {
    fc.assert(
      fc.property(
        fc.array(payload, { maxLength: 30 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.nat(9),
        fc.integer({ min: 0, max: 600 }),
        fc.nat(20),
        (payloads, tail, lead, room, at) => {
          const chunk = Buffer.concat([
            Buffer.alloc(lead, 'l'),
            ...payloads.map((p) => message(p)),
            Buffer.from(tail),
          ]);
          // The target is a window in a larger buffer, so that a write behind its end shows.
          const memory = Buffer.alloc(room + at + 64, 0xaa);
          const target = memory.subarray(0, room + at);
          const copied = copyWholeRows(chunk, lead, target, at);
          const expected = obvious(chunk, lead);
          expect(copied.offset).toBe(expected.offsets[copied.rows]);
          const bytes = Buffer.concat(expected.payloads.slice(0, copied.rows));
          expect(copied.filled).toBe(at + bytes.length);
          const last = copied.rows === 0 ? 0 : expected.payloads[copied.rows - 1]!.length;
          expect(copied.lastStart).toBe(copied.filled - last);
          expect(target.subarray(at, copied.filled).equals(bytes)).toBe(true);
          expect(memory.subarray(0, at).every((byte) => byte === 0xaa)).toBe(true);
          expect(memory.subarray(room + at).every((byte) => byte === 0xaa)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('leaves only the last rows of a chunk to the careful way', () => {
    const rows = Array.from({ length: 100 }, (_, i) => Buffer.from(`row ${String(i)}\n`));
    const chunk = Buffer.concat(rows.map((row) => message(row)));
    const { rows: copied } = copyWholeRows(chunk, 0, Buffer.alloc(10_000), 0);
    expect(copied).toBeGreaterThanOrEqual(100 - Math.ceil(OVERSHOOT / 5));
  });

  test.each([0x43, 0x45, 0x4e, 0x5a, 0])('stops at a message of the type %i', (type) => {
    const chunk = Buffer.concat([
      message(Buffer.from('a')),
      message(Buffer.from('b'), type),
      message(Buffer.from('c')),
    ]);
    expect(copyWholeRows(chunk, 0, Buffer.alloc(100), 0)).toEqual({
      offset: 6,
      filled: 1,
      rows: 1,
      lastStart: 0,
    });
  });

  test('works in a chunk that is a window of a larger buffer, as those of Node are', () => {
    const memory = Buffer.concat([
      Buffer.alloc(13, 'd'),
      message(Buffer.from('hello')),
      Buffer.alloc(13, 'd'),
    ]);
    const chunk = memory.subarray(13, memory.length - 9);
    const target = Buffer.alloc(20).subarray(3, 18);
    expect(copyWholeRows(chunk, 0, target, 2)).toMatchObject({ rows: 1, filled: 7 });
    expect(target.subarray(2, 7).toString()).toBe('hello');
  });
});
