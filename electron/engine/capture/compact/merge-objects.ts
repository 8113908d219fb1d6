/** Makes one object of several: their lines one after the other, compressed anew as one stream. */
import { AppError } from '../../../contract/app-error.ts';
import type { LoggedObject, OperationCounts } from '../../../contract/capture-log.ts';
import { createCompressor } from '../../encode/compressor.ts';
import { decompress } from '../../encode/decompress.ts';
import { parseLsn } from '../../decode/lsn.ts';
import { crc32Base64 } from '../../lib/crc32.ts';
import { problemOf, watched } from '../../lib/stored-bytes.ts';
import type { ObjectSink } from '../../ports.ts';
import type { HistoryObject } from '../replay/history.ts';
import type { MergeGroup } from './plan-compaction.ts';

const EXTENSIONS = { none: '', gzip: '.gz', zstd: '.zst' } as const;
const QUIET = {
  onPartStarted: () => undefined,
  onPartUploaded: () => undefined,
  onWriting: () => Promise.resolve(),
  onRefused: () => undefined,
  onUploadOpened: () => Promise.resolve(),
};

/** Beside the first of them. The token is of one compaction, so that no other one can write over it later. */
export function mergedKey(group: MergeGroup, token: string): string {
  const [first, last] = endsOf(group);
  const folder = first.object.key.slice(0, first.object.key.lastIndexOf('/') + 1);
  const positions = `${digits(first.object.firstLsn)}-${digits(last.object.lastLsn)}`;
  return `${folder}${positions}-merged-${token}.jsonl${EXTENSIONS[first.compression]}`;
}

/**
 * Reads each object to its end and proves it before the merged one is completed: what is wrong must not be copied under
 * a new checksum. @throws AppError `DATA_LOG_INVALID` for an object that is not what the log says, or of the DEST_ family
 */
export async function mergeObjects(
  sink: ObjectSink,
  { group, key, runId }: { readonly group: MergeGroup; readonly key: string; readonly runId: string },
  signal: AbortSignal,
): Promise<LoggedObject> {
  const [first, last] = endsOf(group);
  const rows = sum(group.map(({ object }) => object.rows));
  const create = { key, runId, overwrite: false, contentType: 'application/x-ndjson' };
  const writer = await sink.create(create, QUIET, signal);
  const compressor = createCompressor(first.compression);
  try {
    for (const item of group) {
      for await (const piece of provedBytes(sink, item, signal))
        for (const packed of await compressor.push(piece)) await writer.write(packed);
    }
    for (const packed of await compressor.end()) await writer.write(packed);
  } catch (error) {
    compressor.destroy();
    await writer.abandon();
    throw error;
  }
  const written = await writer.complete(rows);
  return {
    ...first.object,
    key,
    rows,
    bytes: written.bytes,
    etag: written.etag,
    crc32: written.crc32,
    operations: added(group.map(({ object }) => object.operations)),
    lastLsn: last.object.lastLsn,
    lastCommitAt: last.object.lastCommitAt,
    part: 1,
  };
}

async function* provedBytes(
  sink: ObjectSink,
  { object, compression }: HistoryObject,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const seen = { bytes: 0, crc: 0 };
  let lines = 0;
  const invalid = (what: string, cause?: unknown) =>
    new AppError('DATA_LOG_INVALID', `${sink.uriOf(object.key)} is not what the log says: ${what}`, {
      cause,
    });
  try {
    for await (const piece of decompress(watched(sink.read(object.key, signal), seen), compression)) {
      lines += lineEnds(piece);
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    const problem = problemOf(error);
    throw problem === undefined ? error : invalid(problem, error);
  }
  if (seen.bytes !== object.bytes || crc32Base64(seen.crc) !== object.crc32)
    throw invalid('its bytes or its CRC-32 differ.');
  if (lines !== object.rows) throw invalid(`it has ${lines} lines.`);
}

function lineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

function endsOf(group: MergeGroup): readonly [HistoryObject, HistoryObject] {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('nothing to merge');
  return [first, last];
}

function added(counts: readonly OperationCounts[]): OperationCounts {
  const of = (kind: keyof OperationCounts) => sum(counts.map((each) => each[kind]));
  return {
    read: of('read'),
    insert: of('insert'),
    update: of('update'),
    delete: of('delete'),
    truncate: of('truncate'),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** A position as the keys of a capture have it. */
function digits(lsn: string): string {
  return parseLsn(lsn).toString(16).toUpperCase().padStart(16, '0');
}
