/** The bytes of several objects as those of one, in the order of the history. Each is proved before what comes behind it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CaptureSchemaFile } from '../../../contract/capture-log.ts';
import { createCompressor } from '../../encode/compressor.ts';
import { decompress } from '../../encode/decompress.ts';
import { readRowGroups } from '../../encode/parquet/read-row-groups.ts';
import { crc32Base64 } from '../../lib/crc32.ts';
import { watched } from '../../lib/stored-bytes.ts';
import { JsonBuffer } from '../encode/json-buffer.ts';
import { createPacker } from '../encode/packer.ts';
import type { HistoryObject } from '../replay/history.ts';
import { ObjectProblem, objectProblem } from '../replay/object-problem.ts';
import type { LogShelf } from '../replay/read-log.ts';
import { spoolObject } from '../replay/spool-object.ts';
import { binaryRowWriter } from './binary-row.ts';
import type { MergeGroup } from './plan-compaction.ts';

/** Bytes of rows that are given to the writer of Parquet at once. */
const BATCH_BYTES = 256 * 1024;

export interface MergeWorld {
  readonly shelf: Pick<LogShelf, 'read'>;
  readonly schemas: { get(key: string, signal: AbortSignal): Promise<CaptureSchemaFile> };
}

/** @throws ObjectProblem for one that is not what the log says, or what reading it throws */
export function mergedBytes(
  world: MergeWorld,
  group: MergeGroup,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  return group[0]?.format === 'parquet'
    ? mergedParquet(world, group, signal)
    : mergedLines(world, group, signal);
}

/** Lines one after the other, compressed anew as one stream. */
async function* mergedLines(
  { shelf }: MergeWorld,
  group: MergeGroup,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const compressor = createCompressor(group[0]?.compression ?? 'none');
  try {
    for (const item of group)
      for await (const piece of told(item, provedLines(shelf, item, signal)))
        yield* await compressor.push(piece);
    yield* await compressor.end();
  } finally {
    compressor.destroy();
  }
}

async function* provedLines(
  shelf: MergeWorld['shelf'],
  { object, compression }: HistoryObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const seen = { bytes: 0, crc: 0 };
  let lines = 0;
  for await (const piece of decompress(watched(shelf.read(object.key, signal), seen), compression)) {
    lines += lineEnds(piece);
    yield piece;
  }
  if (seen.bytes !== object.bytes || crc32Base64(seen.crc) !== object.crc32)
    throw new ObjectProblem(object.key, 'Its bytes or its CRC-32 differ.');
  if (lines !== object.rows) throw new ObjectProblem(object.key, `It has ${lines} lines.`);
}

/** Row groups are made anew: those of small objects are small, and a file of them would be read no quicker than the objects. */
async function* mergedParquet(
  { shelf, schemas }: MergeWorld,
  group: MergeGroup,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const [first] = group;
  if (first === undefined) return;
  const file = await schemas.get(first.object.schema, signal);
  const packer = createPacker('parquet', first.compression, { file, digest: '' });
  const folder = await mkdtemp(path.join(tmpdir(), 'sluice-compact-'));
  try {
    for (const item of group) {
      let count = 0;
      for await (const { bytes, rows } of told(item, binaryRows({ shelf, file, folder }, item, signal))) {
        count += rows;
        yield* await packer.push(bytes, rows);
      }
      if (count !== item.object.rows) throw new ObjectProblem(item.object.key, `It has ${count} rows.`);
    }
    yield* await packer.end();
  } finally {
    packer.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

interface BinaryRows {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

async function* binaryRows(
  {
    shelf,
    file,
    folder,
  }: {
    readonly shelf: MergeWorld['shelf'];
    readonly file: CaptureSchemaFile;
    readonly folder: string;
  },
  { object }: HistoryObject,
  signal: AbortSignal,
): AsyncGenerator<BinaryRows> {
  await using spooled = await spoolObject(shelf, object, folder, signal);
  for await (const { names, rows } of readRowGroups(spooled, signal)) {
    const write = binaryRowWriter(file, names);
    // What was given away stays as it is: each batch has memory of its own.
    let batch = new JsonBuffer();
    let count = 0;
    for (const row of rows) {
      write(row, batch);
      count++;
      if (batch.length < BATCH_BYTES) continue;
      yield { bytes: batch.bytes(), rows: count };
      batch = new JsonBuffer();
      count = 0;
    }
    if (count > 0) yield { bytes: batch.bytes(), rows: count };
  }
}

/** What fails because of the object is told with its key. */
async function* told<T>({ object }: HistoryObject, items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw objectProblem(object.key, error) ?? error;
  }
}

function lineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}
