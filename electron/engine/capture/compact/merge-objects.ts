/** Makes one object of several, and says what the log is to say of it. */
import { AppError } from '../../../contract/app-error.ts';
import { captureExtension } from '../../../contract/capture-key.ts';
import type { LoggedObject, OperationCounts } from '../../../contract/capture-log.ts';
import { parseLsn } from '../../decode/lsn.ts';
import type { ObjectSink } from '../../ports.ts';
import type { HistoryObject } from '../replay/history.ts';
import { ObjectProblem } from '../replay/object-problem.ts';
import { mergedBytes, type MergeWorld } from './merged-bytes.ts';
import type { MergeGroup } from './plan-compaction.ts';

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
  return `${folder}${positions}-merged-${token}.${captureExtension(first.format, first.compression)}`;
}

export interface Merge extends Pick<MergeWorld, 'schemas'> {
  readonly group: MergeGroup;
  readonly key: string;
  readonly runId: string;
}

/**
 * Reads each object to its end and proves it before the merged one is completed: what is wrong must not be copied under
 * a new checksum. @throws AppError `DATA_LOG_INVALID` for an object that is not what the log says, or of the DEST_ family
 */
export async function mergeObjects(
  sink: ObjectSink,
  { group, key, runId, schemas }: Merge,
  signal: AbortSignal,
): Promise<LoggedObject> {
  const [first, last] = endsOf(group);
  const rows = sum(group.map(({ object }) => object.rows));
  const contentType = first.format === 'parquet' ? 'application/vnd.apache.parquet' : 'application/x-ndjson';
  const create = { key, runId, overwrite: false, contentType };
  const writer = await sink.create(create, QUIET, signal);
  try {
    for await (const piece of mergedBytes({ shelf: sink, schemas }, group, signal)) await writer.write(piece);
  } catch (error) {
    await writer.abandon();
    signal.throwIfAborted();
    throw invalidOr(error, sink);
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

/** What is wrong with an object as an error of its own, with its place. */
function invalidOr(error: unknown, sink: ObjectSink): unknown {
  const problem = error instanceof ObjectProblem ? error : undefined;
  if (problem === undefined) return error;
  const where = sink.uriOf(problem.key);
  return new AppError('DATA_LOG_INVALID', `${where} is not what the log says: ${problem.message}`, {
    cause: error,
  });
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
