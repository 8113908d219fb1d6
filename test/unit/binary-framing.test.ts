/** Header and trailer of COPY's binary format, which come in messages as rows do and are none. */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BinaryFraming } from '../../electron/engine/postgres/binary-framing.ts';
import { CopyTap } from '../../electron/engine/postgres/copy-tap.ts';
import { TapBuffers } from '../../electron/engine/postgres/tap-buffers.ts';

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/** The messages that a server sends for these rows. */
function messagesOf(rows: readonly Buffer[], header = HEADER): Buffer[] {
  const bodies = [...rows, TRAILER];
  bodies[0] = Buffer.concat([header, bodies[0]!]);
  return bodies.map((body) => {
    const head = Buffer.alloc(5);
    head.write('d', 'latin1');
    head.writeUInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  });
}

class FakeSocket extends Duplex {
  override _read(): void {}
}

/** Sends bytes in pieces through the tap and the framing, batch by batch. */
async function received(bytes: Buffer, cuts: readonly number[]): Promise<{ bytes: Buffer; rows: number }> {
  const socket = new FakeSocket();
  const tap = new CopyTap(socket as unknown as Socket, new TapBuffers());
  const framing = new BinaryFraming();
  const pieces: Buffer[] = [];
  let rows = 0;
  const reading = (async () => {
    for (let taken = await tap.next(); taken !== undefined; taken = await tap.next()) {
      const batch = framing.strip(taken);
      pieces.push(Buffer.from(batch.bytes));
      rows += batch.rows;
    }
    framing.assertEnded();
  })();
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [index, end] of [...places, bytes.length].entries()) {
    const piece = Buffer.from(bytes.subarray(places[index - 1] ?? 0, end));
    if (piece.length > 0) socket.push(piece);
    // The reader has a turn between two pieces, so that batches end anywhere.
    await new Promise((resolve) => setImmediate(resolve));
  }
  tap.end();
  await reading;
  socket.destroy();
  return { bytes: Buffer.concat(pieces), rows };
}

/** Rows of one bytea, which can end with the bytes of a trailer, or be nothing else. */
const row = fc
  .oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.constantFrom(new Uint8Array([0xff, 0xff]), new Uint8Array([1, 0xff, 0xff]), new Uint8Array(HEADER)),
  )
  .map((value) => {
    const head = Buffer.alloc(6);
    head.writeInt16BE(1, 0);
    head.writeInt32BE(value.length, 2);
    return Buffer.concat([head, value]);
  });

describe('the rows of a binary COPY', () => {
  test('come out alone and counted, wherever the network cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (rows, cuts) => {
          const read = await received(Buffer.concat(messagesOf(rows)), cuts);
          expect(read.rows).toBe(rows.length);
          expect(read.bytes.equals(Buffer.concat(rows))).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('are none where the header and the trailer are one message', async () => {
    expect(await received(Buffer.concat(messagesOf([])), [])).toEqual({ bytes: Buffer.alloc(0), rows: 0 });
  });

  test('begin behind a header that has been made longer', async () => {
    const longer = Buffer.concat([HEADER, Buffer.from('extension')]);
    longer.writeInt32BE(9, 15);
    const only = Buffer.from([0, 0]);
    expect(await received(Buffer.concat(messagesOf([only], longer)), [])).toEqual({ bytes: only, rows: 1 });
  });

  test('are read byte by byte', async () => {
    const rows = [Buffer.from([0, 1, 0, 0, 0, 2, 0xff, 0xff]), Buffer.from([0, 1, 0xff, 0xff, 0xff, 0xff])];
    const bytes = Buffer.concat(messagesOf(rows));
    const read = await received(
      bytes,
      Array.from({ length: bytes.length }, (_, i) => i),
    );
    expect(read).toEqual({ bytes: Buffer.concat(rows), rows: 2 });
  });
});

describe('what is no binary COPY', () => {
  const withFlags = Buffer.from(HEADER);
  withFlags.writeUInt32BE(0x0001_0000, 11);
  const tooLong = Buffer.from(HEADER);
  tooLong.writeInt32BE(1000, 15);
  test.each([
    ['text', Buffer.from('1\tone\n')],
    ['nothing', Buffer.alloc(0)],
    ['critical flags', withFlags],
    ['a header that is not whole', tooLong],
  ])('%s is refused', (_, bytes) => {
    expect(() => new BinaryFraming().strip({ bytes, rows: 1, lastStart: 0 })).toThrow(/cannot be read/);
  });

  test('a COPY without a trailer is refused', () => {
    const framing = new BinaryFraming();
    framing.strip({ bytes: Buffer.concat([HEADER, Buffer.from([0, 0])]), rows: 1, lastStart: 0 });
    expect(() => framing.assertEnded()).toThrow(/no trailer/);
  });

  test('rows behind the trailer are refused', () => {
    const framing = new BinaryFraming();
    framing.strip({ bytes: Buffer.concat([HEADER, TRAILER]), rows: 1, lastStart: 0 });
    expect(() => framing.strip({ bytes: Buffer.from([0, 0]), rows: 1, lastStart: 0 })).toThrow(
      /behind its trailer/,
    );
  });
});
