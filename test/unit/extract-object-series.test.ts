import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Compression } from '../../electron/contract/format.ts';
import type { WrittenObject } from '../../electron/contract/run.ts';
import { plainEncoder } from '../../electron/engine/encode/row-encoder.ts';
import { ObjectSeries } from '../../electron/engine/extract/object-series.ts';
import type { ObjectWriter } from '../../electron/engine/ports.ts';
import { storedRun } from '../fakes/stored-run.ts';

/** Objects in memory, and a series that writes to them. */
function series({
  objectSize,
  header = '',
  compression = 'none',
  completed = () => Promise.resolve(),
}: {
  objectSize?: number;
  header?: string;
  compression?: Compression;
  /** Waited for before an object is complete. */
  completed?: (part: number) => Promise<void>;
}) {
  const contents: Buffer[][] = [];
  const written: WrittenObject[] = [];
  const events: string[] = [];
  let encoded = 0;
  const create = (): Promise<ObjectWriter> => {
    const pieces: Buffer[] = [];
    const part = contents.push(pieces);
    events.push(`create ${part}`);
    const writer: ObjectWriter = {
      write: (bytes) => {
        pieces.push(Buffer.from(bytes));
        return Promise.resolve();
      },
      get bytes() {
        return pieces.reduce((sum, { length }) => sum + length, 0);
      },
      complete: async (rows) => {
        events.push(`complete ${part}`);
        await completed(part);
        const key = `part-${part}`;
        return { key, uri: key, rows, bytes: writer.bytes, etag: '', crc32: '' };
      },
      abandon: () => {
        events.push(`abandon ${part}`);
        return Promise.resolve();
      },
    };
    return Promise.resolve(writer);
  };
  const { objectSize: _, ...spec } = storedRun(1).run.spec;
  const made = new ObjectSeries({
    spec: { ...spec, compression, ...(objectSize === undefined ? {} : { objectSize }) },
    encoder: plainEncoder({
      form: { kind: 'text' },
      header: Buffer.from(header),
      encode: ({ bytes }) => bytes,
    }),
    create,
    onWritten: (object) => written.push(object),
    onEncoded: (bytes) => {
      encoded += bytes;
    },
  });
  const texts = () => contents.map((pieces) => Buffer.concat(pieces).toString());
  const bytes = () => contents.map((pieces) => Buffer.concat(pieces));
  return { made, texts, bytes, written, events, encoded: () => encoded };
}

describe('a series of objects', () => {
  test('opens the first before a row comes, so that a key that is taken is found at once', async () => {
    const { made, events } = series({});
    await made.begin();
    expect(events).toEqual(['create 1']);
  });

  test('has one object where no rows come', async () => {
    const { made, texts } = series({ header: 'a,b\n' });
    await made.begin();
    expect(await made.finish()).toMatchObject([{ rows: 0, bytes: 4 }]);
    expect(texts()).toEqual(['a,b\n']);
  });

  test('begins a new object when one has reached its size, each with the header', async () => {
    const { made, texts, written, events, encoded } = series({ objectSize: 10, header: 'h\n' });
    await made.begin();
    for (const line of ['1234\n', '5678\n', '9\n', 'abcdefghijkl\n', 'm\n'])
      await made.write({ bytes: Buffer.from(line), rows: 1 });
    expect(await made.finish()).toEqual(written);
    expect(texts()).toEqual(['h\n1234\n5678\n', 'h\n9\nabcdefghijkl\n', 'h\nm\n']);
    expect(written.map(({ rows }) => rows)).toEqual([2, 2, 1]);
    expect(events).toEqual(['create 1', 'complete 1', 'create 2', 'complete 2', 'create 3', 'complete 3']);
    expect(encoded()).toBe(texts().join('').length);
  });

  test('is written while the object before is completed, and never more than one is behind', async () => {
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const { made, events, written } = series({
      objectSize: 2,
      completed: (part) => gates[part - 1]!.promise,
    });
    const row = { bytes: Buffer.from('1\n'), rows: 1 };
    await made.write(row);
    expect(events).toEqual(['create 1', 'complete 1']);
    const second = made.write(row);
    await new Promise((resolve) => setImmediate(resolve));
    // The second is full as well, and waits: two that are not whole would be one too many.
    expect(events).toEqual(['create 1', 'complete 1', 'create 2']);
    expect(written).toEqual([]);
    gates[0]?.resolve();
    await second;
    expect(events).toEqual(['create 1', 'complete 1', 'create 2', 'complete 2']);
    const finished = made.finish();
    gates[1]?.resolve();
    expect((await finished).map(({ key }) => key)).toEqual(['part-1', 'part-2']);
  });

  test('tells with the next rows, or at the end, that an object could not be completed, and gives it up', async () => {
    const failure = new Error('gone');
    const options = { objectSize: 2, completed: () => Promise.reject(failure) };
    const row = { bytes: Buffer.from('1\n'), rows: 1 };
    const { made, events } = series(options);
    await made.write(row);
    await new Promise((resolve) => setImmediate(resolve));
    // Not when the next object is full, which may be hours later.
    await expect(made.write(row)).rejects.toBe(failure);
    await made[Symbol.asyncDispose]();
    expect(events).toEqual(['create 1', 'complete 1', 'abandon 1']);
    const last = series(options);
    await last.made.write(row);
    await last.made.seal();
    await expect(last.made.finish()).rejects.toBe(failure);
  });

  test('is not given up before it is known what became of the object before', async () => {
    const gate = Promise.withResolvers<void>();
    const { made, written } = series({ objectSize: 2, completed: () => gate.promise });
    await made.write({ bytes: Buffer.from('1\n'), rows: 1 });
    const given = made[Symbol.asyncDispose]();
    gate.resolve();
    await given;
    expect(written).toHaveLength(1);
  });

  test('does not begin an object for nothing', async () => {
    const { made, texts } = series({ objectSize: 5 });
    await made.begin();
    await made.write({ bytes: Buffer.from('12345'), rows: 1 });
    await made.finish();
    expect(texts()).toEqual(['12345']);
  });

  test('compresses each object as a stream of its own', async () => {
    const { made, bytes, written } = series({ objectSize: 1_000, header: 'h\n', compression: 'gzip' });
    await made.begin();
    const random = (i: number) => Buffer.from(`${Buffer.from(String(Math.sin(i))).toString('base64')}\n`);
    const lines = Array.from({ length: 30_000 }, (_, i) => random(i));
    for (const line of lines) await made.write({ bytes: line, rows: 1 });
    await made.finish();
    expect(bytes().length).toBeGreaterThan(1);
    const unpacked = bytes().map((packed) => gunzipSync(packed).toString());
    expect(unpacked.every((text) => text.startsWith('h\n'))).toBe(true);
    expect(unpacked.map((text) => text.slice(2)).join('')).toBe(Buffer.concat(lines).toString());
    expect(written.reduce((sum, { rows }) => sum + rows, 0)).toBe(30_000);
  });

  test('has none where no rows come and nobody has begun it', async () => {
    const { made, events } = series({ header: 'a,b\n' });
    expect(await made.finish()).toEqual([]);
    expect(events).toEqual([]);
  });

  test('gives up the object that is not whole, and none that is', async () => {
    const { made, events } = series({ compression: 'zstd', objectSize: 5 });
    await made.begin();
    await made.write({ bytes: Buffer.from('half'), rows: 1 });
    await made[Symbol.asyncDispose]();
    expect(events).toEqual(['create 1', 'abandon 1']);
    const whole = series({});
    await whole.made.begin();
    await whole.made.finish();
    await whole.made[Symbol.asyncDispose]();
    expect(whole.events).toEqual(['create 1', 'complete 1']);
    const untouched = series({});
    await untouched.made[Symbol.asyncDispose]();
    expect(untouched.events).toEqual([]);
  });
});
