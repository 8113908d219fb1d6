/** Changes as Parquet, read back by a reader that is not ours. */
import { parquetReadObjects } from 'hyparquet';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  insert,
  makeShape,
  remove,
  transaction,
  truncate,
  UNCHANGED,
  update,
} from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { checkpointKey, logKey } from '../../electron/contract/capture-log.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { crc32Base64, crc32Of } from '../../electron/engine/lib/crc32.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const numeric = (precision: number, scale: number) => ((precision << 16) | scale) + 4;
const SHAPE = makeShape('Typed', [
  { name: 'id', typeId: 20, key: true },
  { name: 'price', typeId: 1700, typeModifier: numeric(12, 2) },
  { name: 'any', typeId: 1700 },
  { name: 'at', typeId: 1184 },
  { name: 'day', typeId: 1082 },
  { name: 'ok', typeId: 16 },
  { name: 'u', typeId: 2950 },
  { name: 'f', typeId: 701 },
  { name: 't', typeId: 25 },
]);
const UUID = '0b0c0d0e-0000-4000-8000-00000000000f';

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

test('columns have their types, and what these cannot hold is kept beside them', async () => {
  await using sink = sinkOn(s3, 'parquet');
  await using hand = await openWriter(sink, { spec: { format: 'parquet' } });
  await hand.writer.write(
    transaction(
      200,
      insert(
        SHAPE,
        '9223372036854775807',
        '-1234.50',
        '1.5',
        '2026-01-02 03:04:05.678901+02',
        '0044-03-15 BC',
        't',
        UUID,
        'NaN',
        'é',
      ),
      insert(SHAPE, '2', 'NaN', 'NaN', 'infinity', '-infinity', 'f', null, null, null),
      update(SHAPE, ['3', '0', '0', null, null, null, null, null, UNCHANGED], {
        kind: 'key',
        values: ['2', null, null, null, null, null, null, null, null],
      }),
      remove(SHAPE, 'key', '3', null, null, null, null, null, null, null, null),
      truncate(SHAPE),
    ),
  );
  await hand.writer.stop();
  const { checkpoint } = hand.writer;
  expect(checkpoint.sequence).toBe(1);
  const signal = AbortSignal.timeout(10_000);
  expect(await sink.readState(checkpointKey(sink.prefix, JOB), signal)).toBeDefined();
  const entry = await sink.readState(logKey(sink.prefix, JOB, 1, 1), signal);
  const { objects } = JSON.parse(entry?.text ?? '') as { objects: { key: string; rows: number }[] };
  expect(objects[0]).toMatchObject({ rows: 5, key: expect.stringMatching(/\.parquet$/) });
  const bytes = s3.object('lake', objects[0]?.key ?? '');
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  const rows = await parquetReadObjects({ file, compressors });
  expect(rows.map((row) => row['_op'])).toEqual(['c', 'c', 'u', 'd', 't']);
  expect(rows[0]).toMatchObject({
    _lsn: 195n,
    _commit_lsn: 200n,
    _xid: 200n,
    _order: 1n,
    id: 9223372036854775807n,
    price: -1234.5,
    any: '1.5',
    at: new Date('2026-01-02T01:04:05.678Z'),
    ok: true,
    u: UUID,
    f: NaN,
    t: 'é',
    _unheld: null,
  });
  expect((rows[0]!['day'] as Date).getUTCFullYear()).toBe(-43);
  expect(rows[1]).toMatchObject({
    price: null,
    any: 'NaN',
    at: null,
    day: null,
    ok: false,
    _unheld: { price: 'NaN', at: 'infinity', day: '-infinity' },
  });
  expect(rows[2]).toMatchObject({ id: 3n, t: null, _unchanged: ['t'], _key: { id: '2' } });
  expect(rows[3]).toMatchObject({ id: 3n, price: null, _key: null, _unchanged: null });
  expect(rows[4]).toMatchObject({ id: null });
});

test('a damaged object is found before its rows are, and one whose rows are others by its rows', async () => {
  await using folder = await makeTemporaryFolder('damaged');
  const sink = new FolderSink(folder.path);
  {
    await using hand = await openWriter(sink, { spec: { format: 'parquet' } });
    await hand.writer.write(
      transaction(200, insert(SHAPE, '1', '2.00', '3', null, null, 't', UUID, '-0', 'a')),
    );
    await hand.writer.stop();
  }
  const signal = AbortSignal.timeout(10_000);
  const verified = async () => (await verifyCapture(sink, { job: JOB }, signal)).objectProblems;
  expect(await verified()).toEqual([]);
  const state = await sink.readState(logKey(sink.prefix, JOB, 1, 1));
  const entry = JSON.parse(state?.text ?? '') as { objects: { key: string; rows: number; crc32: string }[] };
  const file = path.join(folder.path, entry.objects[0]!.key);
  const bytes = await readFile(file);
  const other = Buffer.from(bytes);
  other[40]! ^= 1;
  await writeFile(file, other);
  expect(await verified()).toMatchObject([{ problem: expect.stringContaining('CRC-32') }]);
  // Not Parquet at all, and as the log says.
  const text = Buffer.alloc(bytes.length, 'no Parquet');
  await writeFile(file, text);
  entry.objects[0]!.crc32 = crc32Base64(crc32Of(text));
  await writeFile(path.join(folder.path, logKey('', JOB, 1, 1)), JSON.stringify(entry));
  expect(await verified()).toMatchObject([{ problem: expect.stringContaining('cannot be read as Parquet') }]);
  await writeFile(file, bytes);
  const wrong = { ...entry.objects[0]!, rows: 2, crc32: crc32Base64(crc32Of(bytes)) };
  await writeFile(
    path.join(folder.path, logKey('', JOB, 1, 1)),
    JSON.stringify({ ...entry, objects: [wrong] }),
  );
  expect(await verified()).toMatchObject([{ problem: 'It has 1 changes instead of 2.' }]);
});
