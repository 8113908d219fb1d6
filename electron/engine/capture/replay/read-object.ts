/** Reads an object of a capture, and proves it while it passes: bytes, checksum, rows, kinds and order of its changes. */
import type { CaptureSchemaFile, LoggedObject, OperationCounts } from '../../../contract/capture-log.ts';
import type { CaptureFormat } from '../../../contract/capture-spec.ts';
import { decompress } from '../../encode/decompress.ts';
import { readRowGroups } from '../../encode/parquet/read-row-groups.ts';
import { formatLsn, parseLsn } from '../../decode/lsn.ts';
import { crc32Base64 } from '../../lib/crc32.ts';
import { watched, type SeenBytes } from '../../lib/stored-bytes.ts';
import type { HistoryObject } from './history.ts';
import type { LoggedChange } from './logged-change.ts';
import { ObjectProblem, objectProblem } from './object-problem.ts';
import { lineParser } from './parse-line.ts';
import { parquetRowParser } from './parse-parquet-row.ts';
import type { LogShelf } from './read-log.ts';
import { splitLines } from './split-lines.ts';
import { spoolObject } from './spool-object.ts';

/** A row group has thousands: as changes they take several times their memory. */
const ROWS_AT_ONCE = 1_000;

/** What is needed to read an object. */
export interface ReadWorld {
  readonly shelf: Pick<LogShelf, 'read'>;
  /** On disk, for objects that cannot be read from their beginning: two at most at once. */
  readonly folder: string;
}

/**
 * The changes of an object, in order. What comes before the end is not proved yet.
 * @param shape the columns that its rows have
 * @throws ObjectProblem, or AppError of the DEST_ family
 */
export async function* readObject(
  world: ReadWorld,
  { item, shape }: { readonly item: HistoryObject; readonly shape: CaptureSchemaFile },
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedChange[]> {
  const { object } = item;
  const { key } = object;
  const seen = { bytes: 0, crc: 0 };
  const counts: OperationCounts = { read: 0, insert: 0, update: 0, delete: 0, truncate: 0 };
  let last = parseLsn(object.firstLsn);
  const end = parseLsn(object.lastLsn);
  const { format } = item;
  try {
    const batches =
      format === 'parquet'
        ? parquetChanges(world, { item, shape }, signal)
        : lineChanges(world, { item, format, seen }, signal);
    for await (const changes of batches) {
      for (const { operation, commitLsn } of changes) {
        counts[operation]++;
        if (commitLsn < last || commitLsn > end)
          throw new ObjectProblem(key, `A change at ${formatLsn(commitLsn)} is out of its order.`);
        last = commitLsn;
      }
      yield changes;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw objectProblem(key, error) ?? error;
  }
  const problem =
    (format === 'parquet' ? undefined : bytesDiffer(object, seen)) ?? countsDiffer(object, counts);
  if (problem !== undefined) throw new ObjectProblem(key, problem);
}

async function* lineChanges(
  { shelf }: ReadWorld,
  {
    item: { object, compression },
    format,
    seen,
  }: {
    readonly item: HistoryObject;
    readonly format: Exclude<CaptureFormat, 'parquet'>;
    readonly seen: SeenBytes;
  },
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedChange[]> {
  const stored = watched(shelf.read(object.key, signal), seen);
  const parse = lineParser(format);
  for await (const lines of splitLines(decompress(stored, compression))) yield lines.map(parse);
}

/** Its bytes are proved before the first of them. */
async function* parquetChanges(
  { shelf, folder }: ReadWorld,
  { item: { object }, shape }: { readonly item: HistoryObject; readonly shape: CaptureSchemaFile },
  signal: AbortSignal,
): AsyncGenerator<readonly LoggedChange[]> {
  await using file = await spoolObject(shelf, object, folder, signal);
  for await (const { names, rows } of readRowGroups(file, signal)) {
    const parse = parquetRowParser(shape, names);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE).map(parse);
  }
}

function bytesDiffer({ bytes, crc32 }: LoggedObject, seen: SeenBytes): string | undefined {
  if (seen.bytes !== bytes) return `It has ${seen.bytes} bytes instead of ${bytes}.`;
  const found = crc32Base64(seen.crc);
  return found === crc32 ? undefined : `Its CRC-32 is ${found} instead of ${crc32}.`;
}

function countsDiffer({ rows, operations }: LoggedObject, counts: OperationCounts): string | undefined {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (all !== rows) return `It has ${all} changes instead of ${rows}.`;
  const kinds = Object.keys(counts) as (keyof OperationCounts)[];
  const wrong = kinds.find((kind) => counts[kind] !== operations[kind]);
  return wrong === undefined
    ? undefined
    : `It has ${counts[wrong]} changes of the kind "${wrong}" instead of ${operations[wrong]}.`;
}
