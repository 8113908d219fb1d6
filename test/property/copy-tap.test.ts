/** The tap between socket and driver: whatever the network does to the bytes, the same rows come out. */
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CopyTap } from '../../electron/engine/postgres/copy-tap.ts';
import { TapBuffers } from '../../electron/engine/postgres/tap-buffers.ts';

interface Message {
  readonly type: string;
  readonly body: Buffer;
}

function encode({ type, body }: Message): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A socket whose other end is the test. `heard` is what the driver would have got. */
class FakeSocket extends Duplex {
  readonly heard: Buffer[] = [];
  onHeard: (message: Buffer) => void = () => undefined;

  constructor() {
    super();
    this.on('data', (chunk: Buffer) => {
      this.heard.push(Buffer.from(chunk));
      this.onHeard(chunk);
    });
  }
  override _read(): void {}
  get asSocket(): Socket {
    return this as unknown as Socket;
  }
}

/** Cuts bytes at the given places, as a network does. */
function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const places = [...new Set(offsets.map((offset) => offset % (bytes.length + 1)))].sort((a, b) => a - b);
  // A copy of each piece: the tap must not rely on what lies behind a chunk.
  return [...places, bytes.length].map((end, i) => Buffer.from(bytes.subarray(places[i - 1] ?? 0, end)));
}

/**
 * A socket that reads into one piece of memory, as {@link openReadSocket} makes them: what the tap has not taken when it
 * lets the socket read on is overwritten.
 */
class OneMemorySocket extends FakeSocket {
  readonly #memory = Buffer.alloc(256 * 1024);
  readonly #waiting: Buffer[] = [];
  #held = false;

  override push(piece: Buffer): boolean {
    for (let from = 0; from < piece.length; from += this.#memory.length) {
      this.#waiting.push(piece.subarray(from, from + this.#memory.length));
    }
    this.#read();
    return true;
  }
  override pause(): this {
    this.#held = true;
    return this;
  }
  override resume(): this {
    // The class above listens, and so resumes, before this one is whole.
    if (!(#held in this)) return this;
    this.#held = false;
    setImmediate(() => this.#read());
    return this;
  }
  #read(): void {
    if (this.#held) return;
    const piece = this.#waiting.shift();
    if (piece === undefined) return;
    this.#memory.fill('!');
    piece.copy(this.#memory);
    this.emit('chunk', this.#memory.subarray(0, piece.length));
    setImmediate(() => this.#read());
  }
}

interface Read {
  readonly bytes: Buffer;
  readonly rows: number;
  /** Where each batch ended, in bytes and rows from the beginning. */
  readonly ends: { readonly bytes: number; readonly rows: number }[];
}

async function readAll(
  tap: CopyTap,
  afterBatch: () => Promise<void> | void = () => undefined,
): Promise<Read> {
  const pieces: Buffer[] = [];
  const ends: Read['ends'] = [];
  let rows = 0;
  let bytes = 0;
  for (let batch = await tap.next(); batch !== undefined; batch = await tap.next()) {
    pieces.push(Buffer.from(batch.bytes));
    rows += batch.rows;
    bytes += batch.bytes.length;
    ends.push({ bytes, rows });
    await afterBatch();
  }
  return { bytes: Buffer.concat(pieces), rows, ends };
}

/** One for all that is sent, as the COPYs of a connection have it. */
const buffers = new TapBuffers();

/** Sends the messages in pieces, with a CommandComplete at the end, and reads at the same time. */
async function transfer(
  messages: readonly Message[],
  cuts: readonly number[],
  afterBatch?: () => Promise<void> | void,
  socket = new FakeSocket(),
) {
  const tap = new CopyTap(socket.asSocket, buffers);
  const done = { type: 'C', body: Buffer.from('COPY\0') };
  // The driver tells the tap of the end a little later, when its promise has resolved.
  socket.onHeard = (message) => {
    if (message[0] === 0x43) setImmediate(() => tap.end());
  };
  const reading = readAll(tap, afterBatch);
  for (const chunk of cut(Buffer.concat([...messages, done].map(encode)), cuts)) {
    if (chunk.length > 0) socket.push(chunk);
  }
  const read = await reading;
  tap.remove();
  socket.destroy();
  return { ...read, heard: socket.heard };
}

function expectSame(messages: readonly Message[], read: Read & { heard: readonly Buffer[] }): void {
  const rows = messages.filter(({ type }) => type === 'd').map(({ body }) => body);
  expect(read.rows).toBe(rows.length);
  expect(read.bytes.equals(Buffer.concat(rows))).toBe(true);
  const others = messages.filter(({ type }) => type !== 'd').map(encode);
  expect(read.heard.slice(0, -1).map((bytes) => bytes.toString('latin1'))).toEqual(
    others.map((bytes) => bytes.toString('latin1')),
  );
  // Each batch ends with a whole row.
  const ends = new Map(rowEnds(rows).map((bytes, index) => [index + 1, bytes]));
  for (const end of read.ends) expect(end.bytes).toBe(ends.get(end.rows));
}

function rowEnds(rows: readonly Buffer[]): number[] {
  let bytes = 0;
  return rows.map((row) => (bytes += row.length));
}

/** Bytes that look like messages themselves, so that a tap that is out of step shows. */
const rowBytes = (size: fc.Arbitrary<number>) =>
  fc
    .tuple(size, fc.constantFrom('d', 'C', 'Z', 'E', '\0', 'x'))
    .map(([length, fill]) => Buffer.alloc(length, fill, 'latin1'));
const small = rowBytes(fc.oneof(fc.nat(12), fc.nat(300)));
const huge = rowBytes(
  fc.oneof(fc.integer({ min: 60_000, max: 70_000 }), fc.integer({ min: 250_000, max: 700_000 })),
);
const otherType = fc.constantFrom('N', 'S', 'A', 'H', 'E');
const row = (body: fc.Arbitrary<Buffer>) => body.map((bytes): Message => ({ type: 'd', body: bytes }));
const other = (body: fc.Arbitrary<Buffer>) =>
  fc.tuple(otherType, body).map(([type, bytes]): Message => ({ type, body: bytes }));

describe('any messages, cut anywhere', () => {
  test('small rows and small messages between them', async () => {
    const messages = fc.array(
      fc.oneof({ weight: 8, arbitrary: row(small) }, { weight: 1, arbitrary: other(small) }),
      { maxLength: 120 },
    );
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(), { maxLength: 40 }), async (sent, cuts) => {
        expectSame(sent, await transfer(sent, cuts));
      }),
      { numRuns: 300 },
    );
  });

  test('read into one piece of memory again and again', async () => {
    const messages = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: row(small) },
        { weight: 1, arbitrary: row(huge) },
        { weight: 1, arbitrary: other(small) },
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(), { maxLength: 12 }), async (sent, cuts) => {
        const slowly = () => new Promise<void>((resolve) => setImmediate(resolve));
        expectSame(sent, await transfer(sent, cuts, slowly, new OneMemorySocket()));
      }),
      { numRuns: 60 },
    );
  });

  test('rows larger than the buffers, between small ones', async () => {
    const messages = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: row(small) },
        { weight: 2, arbitrary: row(huge) },
        { weight: 1, arbitrary: other(huge) },
      ),
      { maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(messages, fc.array(fc.nat(), { maxLength: 30 }), async (sent, cuts) => {
        expectSame(sent, await transfer(sent, cuts));
      }),
      { numRuns: 40 },
    );
  });

  test('byte by byte', async () => {
    const messages: Message[] = [
      { type: 'H', body: Buffer.from([0, 0, 0]) },
      ...['a', '', 'bc', '', '', 'defg'].map((text) => ({ type: 'd', body: Buffer.from(text) })),
      { type: 'N', body: Buffer.from('notice\0') },
      { type: 'd', body: Buffer.from('last') },
      { type: 'c', body: Buffer.alloc(0) },
    ];
    expectSame(
      messages,
      await transfer(
        messages,
        Array.from({ length: 200 }, (_, i) => i),
      ),
    );
  });

  test('a million rows in chunks of the size that Node reads', async () => {
    const messages = Array.from({ length: 1_000_000 }, (_, i) => ({
      type: 'd',
      body: Buffer.from(`${String(i)}\n`),
    }));
    const bytes = messages.reduce((sum, { body }) => sum + body.length + 5, 0);
    const cuts = Array.from({ length: Math.floor(bytes / 65_536) }, (_, i) => (i + 1) * 65_536);
    const read = await transfer(messages, cuts);
    expect(read.rows).toBe(1_000_000);
    expect(read.bytes.equals(Buffer.concat(messages.map(({ body }) => body)))).toBe(true);
  });
});

describe('a slow reader', () => {
  test('pauses the socket instead of filling memory, and loses nothing', async () => {
    const socket = new FakeSocket();
    const tap = new CopyTap(socket.asSocket, new TapBuffers());
    const body = Buffer.alloc(1_000, 'r');
    const chunk = Buffer.concat(Array.from({ length: 60 }, () => encode({ type: 'd', body })));
    for (let i = 0; i < 200; i++) socket.push(chunk);
    await new Promise((resolve) => setImmediate(resolve));
    expect(socket.isPaused()).toBe(true);
    // All but about one batch is still where TCP would hold it back.
    expect(socket.readableLength).toBeGreaterThan(200 * chunk.length - 1_000_000);
    const reading = readAll(tap, () => new Promise((resolve) => setImmediate(resolve)));
    socket.onHeard = () => tap.end();
    socket.push(encode({ type: 'C', body: Buffer.from('COPY\0') }));
    const read = await reading;
    expect(read.rows).toBe(200 * 60);
    expect(read.bytes.length).toBe(200 * 60 * 1_000);
  });

  test('hears of the end only after the last row', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) => ({
      type: 'd',
      body: Buffer.from(String(i).padEnd(500)),
    }));
    const read = await transfer(rows, [], () => new Promise((resolve) => setImmediate(resolve)));
    expect(read.rows).toBe(3_000);
  });
});

describe('a command that fails', () => {
  test('is heard by a reader that waits', async () => {
    const socket = new FakeSocket();
    const tap = new CopyTap(socket.asSocket, new TapBuffers());
    const waiting = tap.next();
    tap.fail(new Error('cut'));
    await expect(waiting).rejects.toThrow('cut');
    await expect(tap.next()).rejects.toThrow('cut');
  });

  test('is heard by a reader that comes later, instead of rows that may not be all', async () => {
    const socket = new FakeSocket();
    const tap = new CopyTap(socket.asSocket, new TapBuffers());
    socket.push(encode({ type: 'd', body: Buffer.from('x') }));
    await new Promise((resolve) => setImmediate(resolve));
    tap.fail(new Error('first'));
    tap.fail(new Error('second'));
    await expect(tap.next()).rejects.toThrow('first');
  });
});

test('the driver has its socket back when the tap is removed', async () => {
  const socket = new FakeSocket();
  const tap = new CopyTap(socket.asSocket, new TapBuffers());
  tap.end();
  expect(await tap.next()).toBeUndefined();
  tap.remove();
  const message = encode({ type: 'd', body: Buffer.from('not for the tap') });
  socket.push(message);
  await new Promise((resolve) => setImmediate(resolve));
  expect(socket.heard).toEqual([message]);
});
